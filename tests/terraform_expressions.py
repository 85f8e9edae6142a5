"""Expressions that Terraform itself and our evaluator must agree on; one to a line, with ordinary and odd arguments."""

LOCALS = """
  list  = tolist(["a", "b", "c"])
  set   = toset(["b", "a", "b"])
  map   = tomap({ b = 2, a = 1 })
  object = { name = "x", tags = { team = "a" }, ports = [80, 443], none = null }
  nested = [{ a = [{ b = 1 }, { b = 2 }] }, { a = [{ b = 3 }] }]
  words = "The quick-brown fox_jumps"
"""

LITERALS = r"""
1
1.5
-1
0.1 + 0.2
123456789012345678901234567890
true
null
"a\tb\n\"c\" \\ \u00e9 \U0001F600"
"$${a} %%{b} $a %a $$ %%"
[]
{}
[1, "a", true, null]
{ a = 1, "b c" = 2, (local.object.name) = 3 }
{ a : 1, b : { c = [] } }
"${1}"
"${true}-${1.5}-${"a"}"
"${[1]}"
"a${null}"
"a${[1]}"
"${"${"deep"}"}"
"""

OPERATORS = r"""
1 + 2 * 3
(1 + 2) * 3
7 / 2
-5 % 3
5.5 % -2
5 % 0
1 / 0
1 - 2 - 3
2 * 3 % 4
10 / 4 * 2
-(1 + 2)
- 3 + 1
!true
!(!true)
!"true"
!1
-"3"
-"a"
"1" + "2"
"a" + 1
1 + null
1 < 2
"2" < 10
"a" < "b"
1 <= 1 && 2 >= 3
true && false || true
true || false && false
"true" && true
1 && true
null && true
1 == 1.0
1 == "1"
true == "true"
"a" == "a"
null == null
null == 1
[] == []
[1] == [1]
[1] == ["1"]
{ a = 1 } == { a = 1 }
{ a = 1 } == { a = 1, b = null }
tolist([1]) == [1]
toset([1]) == tolist([1])
tomap({ a = 1 }) == { a = 1 }
tolist(["a"]) == tolist(["a"])
toset(["a", "b"]) == toset(["b", "a"])
1 != 2
[1] != [2]
true ? 1 : 2
false ? 1 : 2
"true" ? 1 : 2
1 ? 1 : 2
null ? 1 : 2
true ? 1 : "a"
false ? 1 : "a"
true ? "a" : true
true ? 1 : true
true ? null : 1
true ? [1] : ["a"]
true ? [1] : []
false ? [1] : []
true ? [1, 2] : [1]
true ? [] : {}
true ? { a = 1 } : { b = "x" }
true ? { a = 1 } : { a = "x" }
true ? { a = 1 } : {}
false ? { a = 1 } : {}
true ? { a = 1 } : { a = "x", c = true }
true ? { a = [1] } : { b = "x" }
true ? { a = 1, b = [] } : { a = 1, b = [1] }
true ? tolist([1]) : ["a", "b"]
true ? toset(["a"]) : ["b", "c"]
true ? tomap({ a = 1 }) : { b = 2, c = 3 }
true ? 1 : [1][5]
false ? [1][5] : 1
true ? true ? 1 : 2 : 3
true ? 1 : false ? 2 : 3
false ? 1 : true ? 2 : 3
false ? 1 : false ? 2 : 3
false ? 1 : false ? 2 : false ? 3 : 4
false ? 1 : true ? false ? 2 : 3 : 4
(true ? false : true) ? 2 : 3
(false ? 1 : 0) == 0 ? "a" : (true ? "b" : "c")
1 == 2 ? "a" : 2 == 2 ? "b" : "c"
!true ? 1 : !false ? 2 : 3
false || false ? 1 : true && true ? 2 : 3
[for x in [1, 2, 3] : x == 1 ? "a" : x == 2 ? "b" : "c"]
-1 + 2 == 1
!false == true
!(1 == 2) && 3 > 2
1 + 1 == 2 && 2 * 2 == 4 || false
2 - 1 - 1 == 0 != false
1 < 2 == true
10 - 2 * 3 % 4 / 2
-2 * -3
1 - -1
true && !false ? 1 : 2
1 == 1 ? "yes" : "no"
"""

INDEXES = r"""
[1, 2][0]
[1, 2]["1"]
[1, 2][2]
[1, 2][-1]
[1, 2][0.5]
{ a = 1 }.a
{ a = 1 }["a"]
{ a = 1 }.b
{ "1" = "x" }[1]
local.object.tags.team
local.object.tags["team"]
local.object.ports.0
local.object.ports[1]
local.map["b"]
local.map.a
local.map["x"]
local.list[0]
local.set[0]
null[0]
"abc"[0]
[[1, 2], [3]][0][1]
local.object[format("%s", "name")]
local.nested[*].a
local.nested[*].a[0].b
local.nested[*].a[*].b
local.nested.*.a.0
local.nested.*.a[0]
local.nested[0].a.*.b
[{ a = [1, 2] }, { a = [3] }].*.a[0]
{ a = 1 }.*.a
"x"[*]
null[*]
[][*].a
local.set[*]
local.list[*]
[for x in local.nested : x.a][0][0].b
[null, 1][*]
tolist([1, 2])[*]
"""

TEMPLATES = r"""
"%{ if true }a%{ else }b%{ endif }"
"%{ if false }a%{ endif }"
"%{ for x in [1, 2] }${x},%{ endfor }"
"%{ for k, v in { b = 1, a = 2 } }${k}=${v};%{ endfor }"
"%{ for i, v in ["x", "y"] }${i}${v}%{ endfor }"
"a  ${~ "b" ~}  c"
"a\n  ${~ 1 ~}\n   b"
"a  %{~ if true ~}  b  %{~ endif ~}  c"
"%{ if true }%{ if false }a%{ else }b%{ endif }%{ endif }"
"%{ for x in [] }a%{ endfor }"
"%{ if 1 }a%{ endif }"
"x%{ for x in [[1, 2], [3]] }[%{ for y in x }${y}%{ endfor }]%{ endfor }"
"${ { a = "}" }.a }"
"${ "a" }${ "b" }"
"#{a} //b /*c*/"
"${/* comment */ 1}"
"""

COMPREHENSIONS = r"""
[for x in [1, 2, 3] : x * 2 if x > 1]
[for i, x in ["a", "b"] : "${i}-${x}"]
[for k, v in { b = 1, a = 2 } : "${k}${v}"]
[for x in local.set : x]
[for k, v in local.set : "${k}${v}"]
[for k, v in local.map : k]
{ for x in ["a", "b"] : x => upper(x) }
{ for k, v in local.map : v => k }
{ for x in ["a", "a"] : x => 1 }
{ for i, x in ["a", "b", "a"] : x => i... }
{ for k, v in local.object.tags : k => v if v != "a" }
[for x in null : x]
[for x in "abc" : x]
[for x in [[1, 2], [3]] : [for y in x : y + 1]]
{ for x in [] : x => x }
{ for x in [1, 2] : x => x }
{ for x in [true] : x => x }
{ for x in [null] : x => 1 }
[for x in [1, "a"] : x]
[for local in [1] : local]
flatten([for k, v in { a = [1, 2], b = [3] } : [for x in v : { key = k, value = x }]])
{ for o in [{ n = "a", v = 1 }, { n = "b", v = 2 }] : o.n => o.v }
[for x in [1, 2, 3] : x if x != 2 && true]
"""

CONVERSIONS = r"""
tostring(1)
tostring(1.50)
tostring(true)
tostring(null)
tostring([1])
tostring("a")
tonumber("1.5")
tonumber("a")
tonumber("")
tonumber(true)
tonumber(" 1")
tonumber("1e3")
tonumber("0x10")
tonumber("-5")
tonumber("+5")
tonumber(null)
tobool("true")
tobool("1")
tobool("0")
tobool("yes")
tobool("TRUE")
tobool(1)
tobool(null)
tolist([1, "a"])
tolist([1, true])
tolist([])
tolist([[1], ["a"]])
tolist([[1], ["a", "b"]])
tolist([{ a = 1 }, { a = "b" }])
tolist([{ a = 1 }, { b = 2 }])
tolist([{ a = 1 }, { b = [] }])
tolist(toset(["b", "a"]))
tolist({ a = 1 })
tolist("a")
tolist(null)
tolist([null, 1])
toset([3, 1, 2, 1])
toset([1, "a", true])
toset(["b", "a", "c"])
toset([true, false])
toset([[1], [1], [2]])
toset("a")
toset([])
tomap({ a = 1, b = "x" })
tomap({ a = 1, b = [] })
tomap({ a = { x = 1 }, b = { y = 2 } })
tomap({})
tomap([])
tomap({ a = null })
sensitive(1) == 1 ? 1 : 2
nonsensitive("a")
"""

STRINGS = r"""
lower("ABC É")
upper("abc é")
upper(1)
upper(null)
upper([])
title("hello world-foo bar_baz 1st")
title("HELLO it's")
trimspace("  a b \n\t")
trim("?!hello?!", "!?")
trim("abc", "")
trim("aXa", "a")
trimprefix("helloworld", "hello")
trimprefix("abc", "")
trimsuffix("helloworld", "world")
trimsuffix("a", "b")
chomp("hello\n")
chomp("hello\r\n\n")
chomp("hello\n ")
indent(2, "a\nb\nc")
indent(0, "a\nb")
indent(-1, "a\nb")
strrev("abc é")
substr("hello world", 1, 4)
substr("hello", -3, 2)
substr("hello", 1, -1)
substr("hello", 10, 2)
substr("hello", -10, 3)
substr("hello", 1, -2)
substr("hello", 0, 0)
substr("héllo", 1, 2)
split(",", "a,b,,c")
split("", "abc")
split(",", "")
split("--", "a--b")
join(",", ["a", "b"])
join(",", [])
join(",", [1, true])
join("-", ["a"], ["b", "c"])
join(",", toset(["b", "a"]))
join(",", "a")
join(",", [null])
replace("a-b-c", "-", "+")
replace("hello", "/l+/", "L")
replace("hello world", "/(\\w+) (\\w+)/", "$2 $1")
replace("abc", "/b/", "[$0]")
replace("abc", "/(?P<x>b)/", "<${"$"}{x}>")
replace("aaa", "a", "")
replace("abc", "", "-")
replace("a.b", ".", "-")
replace("a.b", "/\\./", "-")
replace("abc", "/[/", "x")
replace("ABC", "/(?i)b/", "-")
regex("[a-z]+", "123abc456")
regex("(\\d+)-(\\d+)", "x10-20y")
regex("(?P<a>\\d+)-(?P<b>\\w)?", "10-")
regex("x", "abc")
regex("(a)(b)?", "a")
regex("^[a-z]{2}-[a-z]+-\\d$", "eu-west-1")
regex("a|ab", "ab")
regex("[", "a")
regex("(?:https?://)?([^/]+)", "https://example.com/x")
regexall("[a-z]+", "ab 12 cd")
regexall("x", "abc")
regexall("(\\w)(\\d)", "a1 b2")
regexall("", "ab")
length(regexall("^arn:", "arn:aws:s3")) > 0
can(regex("^v\\d", "v1"))
startswith("hello", "he")
startswith("hello", "lo")
endswith("hello", "lo")
strcontains("hello", "ell")
strcontains("hello", "")
length("hello")
length("héllo")
format("%s-%s", "a", "b")
format("%d items", 3)
format("%03d", 7)
format("%-5s|", "ab")
format("%5s|", "ab")
format("%.2f", 3.14159)
format("%8.3f|", 3.14159)
format("%+d", 5)
format("%x %X %o %b", 255, 255, 8, 5)
format("%q", "a\"b")
format("%t", true)
format("%v %v %v", "a", 1, true)
format("%v", [1, "a"])
format("%v", { a = 1 })
format("%#v", "a")
format("%%")
format("%[2]s %[1]s", "a", "b")
format("%s", null)
format("%v", null)
format("%s", 1.5)
format("%s", true)
format("%d", 1.5)
format("%d", "3")
format("%s")
format("%s", "a", "b")
format("%y", 1)
format("%e", 12345.678)
format("%g", 0.00001)
format("%5d|%-5d|", 42, 42)
format("%05.1f", 2.55)
format("Hello, %s!", "Ander")
format("%s", [1])
formatlist("%s-%d", ["a", "b"], [1, 2])
formatlist("%s-x", ["a", "b"])
formatlist("%s-%s", "a", ["b", "c"])
formatlist("%s", [])
formatlist("%s-%s", ["a"], ["b", "c"])
formatlist("x")
"""

COLLECTIONS = r"""
length([1, 2])
length({ a = 1 })
length(toset([1, 1]))
length(null)
length(1)
concat([1], ["a"], [])
concat(tolist(["a"]), tolist(["b"]))
concat(["a"], null)
concat("a", ["b"])
merge({ a = 1 }, { b = 2 }, { a = 3 })
merge({ a = 1 }, null)
merge()
merge(tomap({ a = 1 }), tomap({ b = 2 }))
merge({ a = 1 }, { b = "x" })
merge({ a = { x = 1 } }, { a = { y = 2 } })
merge(tomap({ a = "1" }), { b = 2 })
merge({ a = 1 }, [])
lookup({ a = 1 }, "a", 2)
lookup({ a = 1 }, "b", 2)
lookup({ a = 1 }, "b", "x")
lookup({ a = 1 }, "b")
lookup({ a = null }, "a", 2)
lookup(tomap({ a = 1 }), "b", 5)
lookup(tomap({ a = [1] }), "b", [])
lookup({}, "a", "d")
contains(["a", "b"], "a")
contains([1, 2], "1")
contains(toset(["a"]), "b")
contains([], 1)
contains([null], null)
contains("abc", "a")
index(["a", "b"], "b")
index(["a"], "z")
index([], "z")
compact(["a", "", null, "b"])
compact([1, ""])
compact([])
flatten([[1, [2, [3]]], [], 4])
flatten([["a"], toset(["b"])])
flatten([])
flatten("a")
flatten([{ a = [1] }])
distinct(["a", "b", "a"])
distinct([1, "1"])
distinct([])
distinct([[1], [1]])
distinct([{ a = 1 }, { a = 1 }, { a = 2 }])
element(["a", "b", "c"], 1)
element(["a", "b", "c"], 4)
element([], 0)
element(["a", "b"], -1)
element(["a"], 0.5)
element(toset(["a"]), 0)
keys({ b = 1, a = 2 })
keys(tomap({}))
keys([])
values({ b = 1, a = 2 })
values(local.map)
values({ b = "x", a = 2 })
zipmap(["a", "b"], [1, 2])
zipmap(["a"], [1, 2])
zipmap([], [])
zipmap(["a", "b"], ["x", true])
coalesce(null, "", "a")
coalesce("", null)
coalesce(1, "a")
coalesce(null, 1)
coalesce(null, [1])
coalesce(false, true)
coalesce()
coalescelist([], [1], [2])
coalescelist([], [])
coalescelist(null, ["a"])
one([])
one([1])
one([1, 2])
one(toset(["a"]))
one(null)
alltrue([true, "true"])
alltrue([])
alltrue([true, false])
alltrue([null])
alltrue([1])
anytrue([false, true])
anytrue([])
anytrue([null, false])
slice(["a", "b", "c"], 1, 2)
slice(["a", "b"], 0, 3)
slice(["a", "b"], 1, 1)
slice([1, 2, 3], 0, 2)
slice(toset(["a"]), 0, 1)
reverse(["a", "b"])
reverse([])
reverse([1, "a"])
sort(["b", "a", "C", "10", "9"])
sort([3, 10, 2])
sort([])
chunklist(["a", "b", "c"], 2)
chunklist(["a"], 0)
chunklist([], 2)
chunklist(["a"], -1)
matchkeys(["a", "b", "c"], ["x", "y", "x"], ["x"])
matchkeys(["a"], ["x", "y"], ["x"])
transpose({ a = ["1", "2"], b = ["2"] })
transpose({})
setproduct(["a", "b"], [1, 2])
setproduct(["a"], [])
setproduct(["a"])
setproduct(toset(["b", "a"]), toset([1]))
setunion(["a"], ["b", "a"])
setunion([1], ["a"])
setintersection(["a", "b"], ["b", "c"])
setsubtract(["a", "b"], ["b"])
setsubtract([], ["b"])
range(3)
range(1, 4)
range(1, 8, 3)
range(3, 0)
range(3, 0, -2)
range(0)
range(0, 1, 0.25)
range(1, 4, -1)
range(0, 1, 0)
range(2000)
sum([1, 2.5])
sum([])
sum(["1", 2])
sum(toset([1, 2]))
sum(["a"])
try([][0], 5)
try(local.object.missing, "d")
try(local.object.none.x, "d")
try([][0], {}.a, "x")
try([][0])
try(tonumber("a"), tonumber("b"), 3)
try(null, 1)
can(local.object.missing)
can(local.object.name)
can(tonumber("x"))
"""

NUMBERS = r"""
abs(-1.5)
abs("3")
ceil(1.2)
ceil(-1.2)
floor(1.8)
floor(-1.2)
log(16, 2)
log(10, 10)
log(0, 2)
pow(2, 10)
pow(2, -1)
pow(2, 0.5)
signum(-3)
signum(0)
max(1, 3, 2)
max()
max(["a"]...)
max([1, 2]...)
min(1, "0")
parseint("ff", 16)
parseint("-101", 2)
parseint("zz", 36)
parseint("9", 8)
parseint("", 10)
parseint("1.5", 10)
parseint("a", 99)
1.10
100000000000000000000 + 1
0.1 * 3
1.1 - 1
"""

ENCODINGS = r"""
jsonencode({ b = 1, a = [true, null, "x<y>&"] })
jsonencode("é\u2028")
jsonencode(1.10)
jsonencode(null)
jsonencode(toset(["b", "a"]))
jsonencode({})
jsondecode("{\"a\": [1, 2.5, null, \"x\"], \"b\": {}}")
jsondecode("[1, \"a\"]")
jsondecode("1")
jsondecode("{")
jsondecode("")
jsondecode("nan")
jsondecode("{\"a\":1}").a
yamldecode("a: 1\nb: [x, true, null]\n")
yamldecode("- 1\n- a: b\n")
yamldecode("a: |\n  x\n  y\n")
yamldecode("a: *x")
yamldecode("{")
yamldecode("a: &x 1\nb: *x\n")
yamldecode("")
yamldecode("x")
yamlencode({ a = 1, b = "x" })
yamlencode({ a = [1, 2], b = { c = "d" } })
yamlencode([1, "a", { b = 1, c = [] }])
yamlencode("a")
yamlencode({})
yamlencode([])
yamlencode([[1, 2], [3]])
yamlencode({ a = "x\ny\n" })
yamlencode("a\n")
yamlencode("a\nb")
yamlencode({ a = "x\n", b = ["y\nz\n"] })
yamlencode({ a = null, b = true, c = 1.5 })
yamlencode({ a = { b = { c = 1 } }, d = [{ e = 1, f = 2 }] })
csvdecode("a,b\n1,2\n3,4\n")
csvdecode("a,b\n1\n")
csvdecode("a\n")
csvdecode("a,a\n1,2\n")
csvdecode("a,b\n\"x,y\",z\n")
base64encode("hello é")
base64decode("aGVsbG8=")
base64decode("!")
base64decode("aGVsbG8")
textencodebase64("hi", "UTF-16LE")
textdecodebase64("aABpAA==", "UTF-16LE")
textencodebase64("hi", "nope")
urlencode("a b&c/é~*")
md5("a")
sha1("a")
sha256("a")
sha512("a")
base64sha256("a")
base64sha512("a")
uuidv5("dns", "example.com")
uuidv5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "example.com")
uuidv5("nope", "a")
formatdate("DD MMM YYYY hh:mm ZZZ", "2018-01-02T23:12:01Z")
formatdate("EEEE, DD-MMM-YY hh:mm:ss ZZZ", "2018-01-02T23:12:01Z")
formatdate("EEE, D MMMM YYYY HH:mm AA ZZZZZ", "2018-01-02T03:12:01+02:00")
formatdate("YYYY-MM-DD'T'hh:mm:ssZ", "2018-01-02T03:12:01-08:00")
formatdate("h'o''clock'", "2018-01-02T03:12:01Z")
formatdate("YYYYY", "2018-01-02T03:12:01Z")
formatdate("YYYY", "x")
timeadd("2017-11-22T00:00:00Z", "10m")
timeadd("2017-11-22T00:00:00Z", "-1h30m")
timeadd("2017-11-22T00:00:00Z", "1d")
timecmp("2017-11-22T00:00:00Z", "2017-11-22T01:00:00Z")
timecmp("2017-11-22T00:00:00Z", "2017-11-22T01:00:00+01:00")
"""

NETWORKS = r"""
cidrhost("10.12.112.0/20", 16)
cidrhost("10.12.112.0/20", 268)
cidrhost("10.0.0.0/24", -1)
cidrhost("10.0.0.0/24", 256)
cidrhost("fd00:fd12:3456:7890:00a2::/72", 34)
cidrnetmask("172.16.0.0/12")
cidrnetmask("fd00::/8")
cidrsubnet("172.16.0.0/12", 4, 2)
cidrsubnet("10.1.2.3/8", 8, 1)
cidrsubnet("10.0.0.0/24", 10, 0)
cidrsubnet("10.0.0.0/16", 8, 256)
cidrsubnet("fd00:fd12:3456:7890::/56", 16, 162)
cidrsubnet("x", 1, 1)
cidrsubnets("10.1.0.0/16", 4, 4, 8, 4)
cidrsubnets("10.0.0.0/24", 1, 1, 1)
cidrsubnets("10.0.0.0/16")
[for i in range(3) : cidrsubnet("10.0.0.0/16", 8, i)]
"""

PATHS = r"""
basename("foo/bar/baz.txt")
basename("foo/")
basename("")
dirname("foo/bar/baz.txt")
dirname("foo")
dirname("/foo")
dirname("")
dirname("foo/")
path.root
path.module
"""

GROUPS = {
    name: [line for line in text.splitlines() if line.strip()]
    for name, text in {
        "literals": LITERALS,
        "operators": OPERATORS,
        "indexes": INDEXES,
        "templates": TEMPLATES,
        "comprehensions": COMPREHENSIONS,
        "conversions": CONVERSIONS,
        "strings": STRINGS,
        "collections": COLLECTIONS,
        "numbers": NUMBERS,
        "encodings": ENCODINGS,
        "networks": NETWORKS,
        "paths": PATHS,
    }.items()
}
