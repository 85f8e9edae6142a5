"""Our evaluation against Terraform itself: `terraform console` for expressions, `terraform plan` for module trees."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import textwrap
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import Phase
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from terraform_expressions import GROUPS
from terraform_expressions import LOCALS

from pytest_readiness import Project
from pytest_readiness import Unknown
from pytest_readiness.configuration import Configuration
from pytest_readiness.configuration import Environment
from pytest_readiness.formats.terraform.runs import module_in
from pytest_readiness.formats.terraform.values import Json

pytestmark = pytest.mark.skipif(shutil.which("terraform") is None, reason="no terraform on PATH: nothing is compared with Terraform itself")

ENVIRONMENT = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
REJECTED = "!"

# what we know and Terraform does not show, or the other way round
UNLIKE = {
    "sensitive(1) == 1 ? 1 : 2": "what is sensitive is not shown, and is no obstacle to judging it",
    'format("%s", null)': "Terraform leaves it unknown, though nothing will ever be known of it",
    'format("%v", null)': "Terraform leaves it unknown, though nothing will ever be known of it",
}


def terraform(directory: Path, *arguments: str, text: str = "") -> str:
    """What the installed terraform prints."""
    done = subprocess.run(
        ["terraform", *arguments], cwd=directory, input=text, capture_output=True, text=True, env=ENVIRONMENT, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def configuration(expressions: Sequence[str]) -> str:
    """Locals that are the JSON of each expression, or that say that it is rejected."""
    lines = [f'  e{place} = try(jsonencode({expression}), "{REJECTED}")' for place, expression in enumerate(expressions)]
    return "\n".join(["locals {", LOCALS, *lines, "}", ""])


def by_terraform(directory: Path, expressions: Sequence[str]) -> list[str]:
    """The JSON of each, ``!`` where it is rejected; anything else it prints as it is."""
    (directory / "main.tf").write_text(configuration(expressions), encoding="utf-8")
    asked = ", ".join(f"base64encode(local.e{place})" for place in range(len(expressions)))
    lines = terraform(directory, "console", text=f"[{asked}]\n").strip().splitlines()[1:-1]
    assert len(lines) == len(expressions)
    return [base64.b64decode(line.strip(' ,"')).decode() if '"' in line else line.strip() for line in lines]


def by_us(expressions: Sequence[str]) -> list[Any]:
    module = module_in("", Project.of({"main.tf": configuration(expressions)}))
    assert not module.unread
    return [module.local(f"e{place}") for place in range(len(expressions))]


def close(left: Any, right: Any) -> bool:
    """Equality but for the last digits of fractions, of which Terraform computes more."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(close, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(close(left[key], right[key]) for key in left)
    if isinstance(left, float) or isinstance(right, float):
        return not isinstance(left, str) and not isinstance(right, str) and left == pytest.approx(right, rel=1e-9)
    return bool(left == right and isinstance(left, bool) == isinstance(right, bool))


def agree(theirs: str, ours: Any) -> bool:
    if not isinstance(ours, str) or REJECTED in (theirs, ours):
        return isinstance(ours, str) and theirs == ours
    return close(json.loads(theirs), json.loads(ours))


def differences(directory: Path, expressions: Sequence[str]) -> list[str]:
    pairs = zip(expressions, by_terraform(directory, expressions), by_us(expressions), strict=True)
    return [f"{source}\n  terraform: {theirs}\n  ours: {ours!r}" for source, theirs, ours in pairs if not agree(theirs, ours)]


@pytest.mark.parametrize("group", GROUPS)
def test_expressions(group: str, tmp_path: Path) -> None:
    found = differences(tmp_path, [source for source in GROUPS[group] if source not in UNLIKE])
    assert not found, "\n".join(found)


def test_what_differs_still_does(tmp_path: Path) -> None:
    assert len(differences(tmp_path, ["1"])) == 0
    assert [source for source in UNLIKE if source not in {line for group in GROUPS.values() for line in group}] == []


HEREDOCS = {
    "plain": "<<EOT\na\n  b ${1 + 1}\nEOT\n",
    "indented": "<<-EOT\n      a\n        b ${1}\n     %{ if true }x%{ endif ~}\n     z\n    EOT\n",
    "loop": "<<-EOT\n     a\n       %{ for k, v in { x = 1, y = 2 } ~}\n       - ${k}=${v}\n       %{ endfor ~}\n     end\n  EOT\n",
    "strips": '<<EOT\na\n  ${~ 1 ~}\n   b\n\n  %{~ if true ~}\n   c\n %{ endif }\nd "q" \\n $${x} %%{y}\nEOT\n',
    "blank lines": "<<-EOT\n    a\\\n    b\n \n\n      c\n   EOT\n",
    "tabs": "<<-EOT\n\ttab\n\n      x\n    EOT\n",
    "interpolation first": "<<-EOT\n    ${1}\n      x\n  EOT\n",
    "empty": "<<EOT\nEOT\n",
    "nested": '<<-EOT\n    ${join("\\n", [for x in ["a", "b"] : "- ${x}"])}\n    %{ if length("x") > 0 }\n    yes\n    %{ else }\n    no\n    %{ endif }\n  EOT\n',
    "json": '<<EOT\n{"a": "${"b"}", "c": [${1}, ${2}]}\nEOT\n',
}


def test_heredocs_and_template_files(tmp_path: Path) -> None:
    template = "Hello ${name}!\n%{ for port in ports ~}\nport ${port}\n%{ endfor ~}\n%{ if debug }debug%{ else }quiet%{ endif }\n$${x}\n"
    (tmp_path / "welcome.tftpl").write_text(template, encoding="utf-8")
    call = 'templatefile("${path.module}/welcome.tftpl", { name = "x", ports = [1, 2], debug = false })\n'
    sources = [*HEREDOCS.values(), call, 'templatefile("welcome.tftpl", { name = "x" })\n', 'file("welcome.tftpl")\n']
    text = "locals {\n" + "".join(f'  e{place} = try(jsonencode({source}), "!")\n' for place, source in enumerate(sources)) + "}\n"
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    asked = ", ".join(f"local.e{place}" for place in range(len(sources)))
    theirs = json.loads(base64.b64decode(terraform(tmp_path, "console", text=f"base64encode(jsonencode([{asked}]))\n").strip().strip('"')))
    module = module_in("", Project.of({"main.tf": text, "welcome.tftpl": template}))
    assert [module.local(f"e{place}") for place in range(len(sources))] == theirs


# -- generated expressions

Strategy = st.SearchStrategy[str]
TEXT = st.sampled_from(["", "a", "b c", "1", "2.5", "true", "x-y_z", "é", "10.0.0.0/16", "A,b", " pad ", "a.b.c"])
LEAVES: dict[str, Strategy] = {
    "string": st.one_of(
        TEXT.map(lambda text: json.dumps(text, ensure_ascii=False)), st.just("local.object.name"), st.just("local.list[1]")
    ),
    "number": st.one_of(st.integers(-3, 12).map(str), st.sampled_from(["0.5", "1.25", "100", '"7"', "local.map.a"])),
    "bool": st.sampled_from(["true", "false", '"true"', "local.map.b == 2"]),
    "list": st.sampled_from(["[]", "local.list", "local.set", '["b", "a", "b"]', "[1, 2, 3]", '["", "x", null]', "local.object.ports"]),
    "map": st.sampled_from(["{}", "local.map", "local.object.tags", "{ a = 1, c = 3 }", '{ b = "x", a = true }']),
}
FORMS: dict[str, list[tuple[str, ...]]] = {
    "string": [
        *((f"{name}({{}})", "string") for name in ("lower", "upper", "title", "trimspace", "strrev", "base64encode", "md5", "urlencode", "chomp")),
        ("<${{}}-${{}}>", "string", "number"),
        ("substr({}, {}, {})", "string", "number", "number"),
        ("join({}, {})", "string", "list"),
        ("replace({}, {}, {})", "string", "string", "string"),
        ('format("%s=%v", {}, {})', "string", "any"),
        ('format("%5.1f|%-6q|%03d", {}, {}, {})', "number", "string", "number"),
        ("jsonencode({})", "any"),
        ("yamlencode({})", "any"),
        ("tostring({})", "number"),
        ("coalesce({}, {})", "string", "string"),
        ("trimprefix({}, {})", "string", "string"),
        ("({} ? {} : {})", "bool", "string", "any"),
        ("%{ for x in {} }[${x}]%{ endfor }", "list"),
        ("%{ if {} }yes ${{}}%{ else }no%{ endif }", "bool", "number"),
        ("try({}[{}], {})", "list", "number", "string"),
    ],
    "number": [
        *((f"({{}} {operator} {{}})", "number", "number") for operator in "+-*"),
        ("({} / 4)", "number"),
        ("({} % 3)", "number"),
        *((f"{name}({{}})", "number") for name in ("abs", "ceil", "floor", "signum", "tonumber")),
        *(("length({})", kind) for kind in ("string", "list", "map")),
        ("max({}, {})", "number", "number"),
        ("sum([{}, {}])", "number", "number"),
        ("parseint({}, 16)", "string"),
        ("({} ? {} : {})", "bool", "number", "number"),
        ("try(tonumber({}), {})", "string", "number"),
        ("index({}, {})", "list", "any"),
    ],
    "bool": [
        *((f"({{}} {operator} {{}})", "number", "number") for operator in ("<", ">", "<=", ">=")),
        *((f"({{}} {operator} {{}})", "any", "any") for operator in ("==", "!=")),
        ("({} && {})", "bool", "bool"),
        ("({} || !{})", "bool", "bool"),
        ("contains({}, {})", "list", "any"),
        ("startswith({}, {})", "string", "string"),
        ("can({}[{}])", "map", "string"),
        ("anytrue([{}, {}])", "bool", "bool"),
        ("({} == {})", "list", "list"),
    ],
    "list": [
        ("[{}, {}]", "any", "any"),
        ("[for x in {} : {}]", "list", "any"),
        ("[for k, v in {} : {}]", "map", "string"),
        ('[for i, x in {} : "${i}:${x}" if x != {}]', "list", "any"),
        *((f"{name}({{}})", "list") for name in ("tolist", "toset", "reverse", "distinct", "compact", "sort", "flatten")),
        ("concat({}, {})", "list", "list"),
        ("setunion({}, {})", "list", "list"),
        ("setsubtract({}, {})", "list", "list"),
        ("setproduct({}, {})", "list", "list"),
        ("chunklist({}, {})", "list", "number"),
        ("slice({}, 0, {})", "list", "number"),
        ("range({})", "number"),
        ("split({}, {})", "string", "string"),
        ("keys({})", "map"),
        ("values({})", "map"),
        ("({} ? {} : {})", "bool", "list", "list"),
        ("{}[*]", "list"),
        ("[{}, {}][*].a", "map", "map"),
        ("coalescelist({}, {})", "list", "list"),
    ],
    "map": [
        ("{ a = {}, b = {} }", "any", "any"),
        ("{ for x in {} : x => {} }", "list", "any"),
        ("{ for k, v in {} : upper(k) => {} if k != {} }", "map", "any", "string"),
        ("{ for x in {} : x => {}... }", "list", "number"),
        ("merge({}, {})", "map", "map"),
        ("tomap({})", "map"),
        ("zipmap({}, {})", "list", "list"),
        ("({} ? {} : {})", "bool", "map", "map"),
        ("jsondecode(jsonencode({}))", "map"),
    ],
}  # fmt: skip


def filled(form: tuple[str, ...], inner: Mapping[str, Strategy]) -> Strategy:
    """An expression of a form, its gaps filled with expressions of their types."""

    def put(values: tuple[str, ...]) -> str:
        template = form[0]
        for value in values:
            template = template.replace("{}", value.replace("{}", "{  }"), 1)
        return f'"{template}"' if template.startswith(("<", "%{ ")) else template

    return st.tuples(*(inner[kind] for kind in form[1:])).map(put)


def deeper(inner: Mapping[str, Strategy]) -> dict[str, Strategy]:
    return {kind: st.one_of(inner[kind], *(filled(form, inner) for form in FORMS[kind])) for kind in FORMS}


def with_any(kinds: Mapping[str, Strategy]) -> dict[str, Strategy]:
    return {**kinds, "any": st.one_of(*kinds.values())}


LEVELS = [with_any(LEAVES)]
for _ in range(3):
    LEVELS.append(with_any(deeper(LEVELS[-1])))


# one process judges many; they are not made smaller, since each stands for itself
@settings(max_examples=8, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.lists(LEVELS[-1]["any"], min_size=100, max_size=100))
def test_generated_expressions(tmp_path_factory: pytest.TempPathFactory, sources: list[str]) -> None:
    found = differences(tmp_path_factory.mktemp("generated"), sources)
    # an empty list does not remember here what it was to hold, so we may go on where Terraform stops
    found = [difference for difference in found if f"\n  terraform: {REJECTED}\n" not in difference]
    if found:
        pytest.fail("\n".join(found), pytrace=False)


# -- module trees


def planned(directory: Path, files: Mapping[str, str], *arguments: str) -> dict[str, list[Any]]:
    """What a plan says of the input of each terraform_data, by address without keys; `HIDDEN` where it is not known."""
    for name, text in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(textwrap.dedent(text), encoding="utf-8")
    terraform(directory, "init", "-input=false", "-backend=false")
    terraform(directory, "plan", "-input=false", "-refresh=false", "-lock=false", "-out=plan", *arguments)
    found: dict[str, list[Any]] = {}
    for change in json.loads(terraform(directory, "show", "-json", "plan"))["resource_changes"]:
        address = "".join(part.partition("]")[2] if "]" in part else part for part in change["address"].split("["))
        values, unknown = change["change"]["after"], change["change"]["after_unknown"]
        found.setdefault(address, []).append(masked(values.get("input"), unknown.get("input", False)))
    return found


HIDDEN = "\0unknown"


def masked(value: Any, unknown: Any) -> Any:
    """A value with what is not known replaced."""
    if unknown is True:
        return HIDDEN
    if isinstance(value, dict) or isinstance(unknown, dict):
        value, unknown = value or {}, unknown or {}
        return {key: masked(value.get(key), unknown.get(key, False)) for key in {**value, **unknown}}
    if isinstance(value, list) and isinstance(unknown, list):
        value = [*value, *[None] * (len(unknown) - len(value))]
        return [masked(item, hidden) for item, hidden in zip(value, unknown, strict=True)]
    return value


def shown(value: Any) -> Any:
    """Our value as plain data in the same form."""
    if isinstance(value, Unknown) or (isinstance(value, Json) and value.source):
        return HIDDEN
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shown(item) for item in value]
    return value


def judged(files: Mapping[str, str], environment: Environment | None = None) -> dict[str, list[Any]]:
    """What we say of the same inputs: the options where instances differ."""
    project = Project.of({name: textwrap.dedent(text) for name, text in files.items()})
    if environment is not None:
        project.configuration = Configuration(environments=(environment,))
    found: dict[str, list[Any]] = {}
    for module in module_in("", project).tree:
        assert not module.unread
        for block in module.resources("terraform_data"):
            value = block.get("input")
            found[block.full_address] = [shown(option) for option in value.options] if hasattr(type(value), "options") else [shown(value)]
    return found


def compare(directory: Path, files: Mapping[str, str], *arguments: str, environment: Environment | None = None) -> None:
    theirs, ours = planned(directory, files, *arguments), judged(files, environment)
    assert theirs.keys() == ours.keys()
    for address, values in theirs.items():
        for value in values:
            assert any(close(value, option) for option in ours[address]), f"{address}\n  terraform: {value}\n  ours: {ours[address]}"
        for option in ours[address]:
            assert any(close(value, option) for value in values), f"{address}\n  ours: {option}\n  terraform: {values}"


TREES: dict[str, dict[str, str]] = {
    "inputs, defaults, types and what comes back": {
        "main.tf": """
            variable "size" { default = 3 }
            variable "names" {
              type    = list(string)
              default = [1, "b"]
            }
            locals { zones = [for n in var.names : "${n}-zone"] }
            module "db" {
              source   = "./modules/db"
              size     = var.size + 1
              zones    = local.zones
              settings = { engine = "pg" }
              flag     = "true"
              nothing  = null
              keep     = null
            }
            resource "terraform_data" "root" {
              input = { from = module.db.summary, nested = module.db.inner, all = [module.db.size, upper(module.db.engine)] }
            }
        """,
        "modules/db/main.tf": """
            variable "size" { type = string }
            variable "zones" { type = set(string) }
            variable "settings" {
              type = object({
                engine  = string
                version = optional(number, 15)
                extra   = optional(object({ a = optional(string, "x"), b = optional(bool) }), {})
                tags    = optional(map(string))
              })
            }
            variable "flag" { type = bool }
            variable "nothing" {
              default  = "d"
              nullable = false
            }
            variable "keep" { default = "d" }
            variable "own" {
              type    = map(number)
              default = { a = "1" }
            }
            module "deep" {
              source = "../deep"
              value  = { all = var.settings, own = var.own }
            }
            resource "terraform_data" "db" {
              input = {
                size = var.size, zones = var.zones, settings = var.settings, flag = var.flag
                nothing = var.nothing, keep = var.keep, own = var.own, path = path.module, deep = module.deep.value
              }
            }
            output "summary" { value = "${var.settings.engine}-${var.settings.version}-${length(var.zones)}" }
            output "inner" { value = module.deep.value.all.extra }
            output "size" { value = var.size }
            output "engine" { value = terraform_data.db.input.settings.engine }
        """,
        "modules/deep/main.tf": """
            variable "value" {}
            resource "terraform_data" "deep" { input = [var.value.all.engine, path.root, path.module] }
            output "value" { value = var.value }
        """,
    },
    "instances": {
        "main.tf": """
            variable "on" { default = true }
            variable "off" { default = false }
            module "some" {
              source = "./m"
              count  = var.on ? 2 : 0
              name   = "n${count.index}"
            }
            module "none" {
              source = "./m"
              count  = var.off ? 1 : 0
              name   = "x"
            }
            module "one" {
              source = "./m"
              count  = var.on ? 1 : 0
              name   = "only"
            }
            module "keyed" {
              source   = "./m"
              for_each = { a = 1, b = 2 }
              name     = "${each.key}${each.value}"
            }
            resource "terraform_data" "listed" {
              count = 2
              input = count.index * 10
            }
            resource "terraform_data" "missing" {
              count = 0
              input = 1
            }
            resource "terraform_data" "sets" {
              for_each = toset(["p", "q"])
              input    = "${each.key}=${each.value}"
            }
            resource "terraform_data" "uses" {
              input = {
                splat  = terraform_data.listed[*].input
                old    = terraform_data.listed.*.input
                first  = terraform_data.listed[1].input
                none   = terraform_data.missing[*].input
                tried  = try(terraform_data.missing[0].input, "fallback")
                one    = one(terraform_data.missing[*].input)
                count  = length(terraform_data.listed)
                sets   = { for key, data in terraform_data.sets : key => data.input }
                keyed  = terraform_data.sets["q"].input
                only   = module.one[0].name
                ones   = one(module.one[*].name)
                absent = try(module.none[0].name, null)
                joined = join(",", module.one[*].name)
                empty  = concat(module.none[*].name, ["z"])
                keys   = sort(keys(module.keyed))
              }
            }
        """,
        "m/main.tf": """
            variable "name" {}
            resource "terraform_data" "m" { input = upper(var.name) }
            output "name" { value = terraform_data.m.input }
        """,
    },
    "what is known after apply": {
        "main.tf": """
            resource "terraform_data" "a" { input = "known" }
            locals { id = terraform_data.a.id }
            module "m" {
              source = "./m"
              id     = local.id
              plain  = terraform_data.a.input
            }
            resource "terraform_data" "b" {
              input = {
                id      = local.id
                text    = "x-${terraform_data.a.output}"
                false   = false && terraform_data.a.id == ""
                try     = try(terraform_data.a.id, "d")
                can     = can(terraform_data.a.id)
                both    = terraform_data.a.id == "" ? "x" : "y"
                list    = [1, terraform_data.a.id]
                length  = length([1, terraform_data.a.id])
                plain   = terraform_data.a.input
                through = module.m.id
                other   = module.m.plain
                keys    = keys({ a = terraform_data.a.id })
                merged  = merge({ a = 1 }, { b = terraform_data.a.id })
                picked  = lookup({ a = terraform_data.a.id, b = 2 }, "b", 3)
                first   = coalesce(terraform_data.a.id, "x")
                in      = contains(["a", terraform_data.a.id], "a")
                json    = jsonencode({ a = terraform_data.a.id })
                any     = anytrue([true, terraform_data.a.id == "x"])
                joined  = join("-", ["a", terraform_data.a.id])
              }
            }
        """,
        "m/main.tf": """
            variable "id" {}
            variable "plain" {}
            output "id" { value = var.id }
            output "plain" { value = "${var.plain}!" }
        """,
    },
}


@pytest.mark.parametrize("name", TREES)
def test_module_trees(name: str, tmp_path: Path) -> None:
    compare(tmp_path, TREES[name])


def test_variable_files_and_workspaces(tmp_path: Path) -> None:
    files = {
        "main.tf": """
            variable "a" { default = "default" }
            variable "b" { default = "default" }
            variable "c" { default = "default" }
            variable "d" { default = "default" }
            variable "n" { type = number }
            variable "o" { type = object({ x = number, y = optional(string, "why") }) }
            resource "terraform_data" "x" {
              input = [var.a, var.b, var.c, var.d, var.n, var.o, terraform.workspace, file("${path.module}/motd.txt")]
            }
        """,
        "terraform.tfvars": 'a = "tfvars"\nb = "tfvars"\nc = "tfvars"\nn = "5"\n',
        "z.auto.tfvars": 'b = "z"\n',
        "y.auto.tfvars.json": '{"b": "y", "c": "y"}',
        "prod.tfvars": 'c = "prod"\no = { x = "7" }\n',
        "motd.txt": "hello\n",
    }
    environment = Environment("prod", tfvars=("prod.tfvars",), workspace="default")
    compare(tmp_path, files, "-var-file=prod.tfvars", environment=environment)


@st.composite
def trees(draw: st.DrawFn) -> dict[str, str]:
    """A chain of modules, each with values that are wired on to the next and back in ways that are drawn."""
    depth = draw(st.integers(2, 4))
    wires = ["var.in", "local.made", "var.extra", '"${var.extra}-x"', "[var.in, local.made]", "{ k = var.in }", "try(var.in.k, var.extra)"]
    files = {}
    for level in range(depth):
        own = draw(st.sampled_from(["1", '"a"', "[1, 2]", "{ k = true }", "var.extra", "length(var.extra)"]))
        count = draw(st.sampled_from(["", "", "count = 1", "count = length(var.extra) > 2 ? 1 : 0", "count = 0"]))
        index = "[0]" if count else ""
        wired, extra, back = (
            draw(st.sampled_from(wires)),
            draw(st.sampled_from(['"ab"', '"abc"', "var.extra"])),
            draw(st.sampled_from(wires)),
        )
        default = f"default = {draw(st.sampled_from(['null', '[]', chr(34) + 'd' + chr(34)]))}" if level == 0 or draw(st.booleans()) else ""
        passed = "" if default and draw(st.booleans()) else f"in = {wired}"
        below = f"try(module.next{index}.back, {{ none = {level} }})" if level + 1 < depth else "null"
        call = f'module "next" {{\n  source = "../m{level + 1}"\n  {count}\n  {passed or f"in = {wired}"}\n  extra = {extra}\n}}\n'
        files[f"m{level}/main.tf"] = (
            f'variable "in" {{\n {default}\n}}\nvariable "extra" {{\n type = string\n default = "extra"\n}}\nlocals {{\n made = {own}\n}}\n'
            f'output "back" {{\n value = {{ own = {back}, below = {below} }}\n}}\n'
            f'resource "terraform_data" "x" {{\n input = jsonencode({{ in = var.in, made = local.made, back = {below} }})\n}}\n'
            + (call if level + 1 < depth else "")
        )
    return {
        "main.tf": 'module "top" {\n source = "./m0"\n}\nresource "terraform_data" "r" {\n input = jsonencode(module.top.back)\n}\n',
        **files,
    }


@settings(max_examples=8, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(trees())
def test_generated_module_trees(tmp_path_factory: pytest.TempPathFactory, files: dict[str, str]) -> None:
    compare(tmp_path_factory.mktemp("tree"), files)
