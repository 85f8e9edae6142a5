"""Addresses, names, interfaces and ports, as a host sees them."""

from __future__ import annotations

import ipaddress
import re
from functools import cached_property

from .facts import Facts
from .facts import NotAsked
from .shell import CannotHave
from .shell import Late

_TCP = """\
if [ -z "$4" ] && command -v bash >/dev/null 2>&1; then exec bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "$1" "$2"; fi
if [ -n "$4" ]; then exec nc -z -w "$3" -s "$4" "$1" "$2"; fi
exec nc -z -w "$3" "$1" "$2"
"""
_ADDRESS = re.compile(r"\[?(?P<host>[\w.:%][\w.:%-]*?)\]?:(?P<port>\d{1,5})", re.ASCII)
_RECORD = re.compile(r"([A-Z]+):(.+)", re.DOTALL)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_USAGE = re.compile("usage|invalid option|unrecognized", re.IGNORECASE)
_LISTENING = "0A"


class Addr(Facts):
    """Whether a port somewhere else can be reached."""

    default_timeout = 5.0  # goss takes half a second, but opens the connection itself, where we start a program for it

    def reachable(self) -> bool:
        """Whether a connection can be opened."""
        protocol, _, address = self.subject.rpartition("://")
        if protocol.startswith("udp"):
            raise NotAsked("UDP has no connections, so nothing tells whether a port is reachable (goss says it always is)")
        found = _ADDRESS.fullmatch(address)
        if not found or protocol not in ("", "tcp", "tcp4", "tcp6"):
            raise CannotHave(f"{self.subject} is no address such as tcp://10.0.0.1:5432")
        local = self.options.get("local-address", "")
        try:
            said = self.script(_TCP, found["host"], found["port"], str(max(1, round(self.timeout))), local)
        except Late:
            return False
        if said.status == 0:
            return True
        missing = "/dev/tcp" in said.err and "No such file" in said.err
        if said.status == 127 or missing or _USAGE.search(said.err):
            raise CannotHave(f"bash or nc is needed{' (for local-address it is nc)' if local else ''}: {said.reason}")
        return False


class Dns(Facts):
    """What a name resolves to."""

    default_timeout = 5.0

    @cached_property
    def _addresses(self) -> list[str]:
        record = _RECORD.fullmatch(self.subject)
        kind, name = (record[1], record[2]) if record else ("", self.subject)
        server = self.options.get("server", "")
        found = self._asked(kind, name, server) if server else self._resolved(kind, name)
        return sorted(dict.fromkeys(found))

    def _resolved(self, kind: str, name: str) -> list[str]:
        databases = {"": "ahosts", "A": "ahostsv4", "AAAA": "ahostsv6"}
        if kind not in databases:
            raise CannotHave(f"{kind} records are asked of a server: add server")
        said = self.run("getent", databases[kind], name)
        if said.status not in (0, 2):
            raise CannotHave(said.reason)
        return [line.split()[0] for line in said.out.splitlines() if line.strip()]

    def _asked(self, kind: str, name: str, server: str) -> list[str]:
        host, port = server, "53"
        if (found := _ADDRESS.fullmatch(server)) and (server.startswith("[") or server.count(":") == 1):
            host, port = found["host"], found["port"]
        query = ["-x", name] if kind == "PTR" else ["-q", name, "-t", kind or "A"]
        answers = self._dig(host, port, query, kind or "A")
        return [*answers, *self._dig(host, port, ["-q", name, "-t", "AAAA"], "AAAA")] if not kind else answers

    def _dig(self, host: str, port: str, query: list[str], kind: str) -> list[str]:
        said = self.run("dig", f"@{host}", "-p", port, "+tries=1", f"+time={max(1, round(self.timeout))}", "+noall", "+answer", *query)
        if said.status:
            raise CannotHave("dig is needed to ask a server" if said.status == 127 else said.out.strip() or said.reason)
        lines = [line.split(None, 4) for line in said.out.splitlines() if not line.startswith(";")]
        data = [fields[4] for fields in lines if len(fields) == 5 and fields[3] == kind]
        if kind == "TXT":
            return [text for item in data for text in _STRING.findall(item)]
        return [item.replace('"', "") if kind == "CAA" else item for item in data]

    def resolvable(self) -> bool:
        """Whether it resolves to anything."""
        return bool(self._addresses)

    def addrs(self) -> list[str]:
        """What it resolves to."""
        return self._addresses


class Interface(Facts):
    """A network interface."""

    def exists(self) -> bool:
        """Whether there is one."""
        said = self.script('test -d /sys/class/net || exit 3; test -e "/sys/class/net/$1/ifindex"', self.subject)
        if said.status == 3:
            raise CannotHave("there is no /sys/class/net")
        return said.status == 0 and "/" not in self.subject

    def mtu(self) -> int:
        """The largest packet."""
        return int(self.output("cat", f"/sys/class/net/{self.subject}/mtu"))

    def addrs(self) -> list[str]:
        """The addresses, each with the length of its network's prefix."""
        lines = self.output("ip", "-o", "addr", "show", "dev", self.subject).splitlines()
        return [fields[3] for fields in map(str.split, lines) if len(fields) > 3 and fields[2] in ("inet", "inet6")]


class Port(Facts):
    """A port of the host itself, as the kernel lists them: what listens on all of IPv6 is ``tcp6`` alone."""

    @cached_property
    def _addresses(self) -> list[str]:
        protocol, _, port = self.subject.rpartition(":")
        protocol = protocol or "tcp"
        if protocol not in ("tcp", "tcp6", "udp", "udp6") or not port.isdigit():
            raise CannotHave(f"{self.subject} is no port such as tcp:22, tcp6:22, udp:53 or udp6:53")
        # a list that changes while it is read may lack what is there: what is not in it is looked for once more
        return self._listed(protocol, int(port)) or self._listed(protocol, int(port))

    def _listed(self, protocol: str, port: int) -> list[str]:
        said = self.run("grep", "-E", f"^ *[0-9]+: [0-9A-F]+:{port:04X} ", f"/proc/net/{protocol}")
        if said.status == 1 or (protocol.endswith("6") and "No such file" in said.err):  # none, or a host without IPv6
            return []
        if said.status:
            raise CannotHave(said.reason)
        rows = [line.split() for line in said.whole.splitlines()]
        open_ones = [row[1] for row in rows if len(row) > 3 and (row[3] == _LISTENING or protocol.startswith("udp"))]
        return [_ip(place.partition(":")[0]) for place in open_ones]

    def listening(self) -> bool:
        """Whether something listens."""
        return bool(self._addresses)

    def ip(self) -> list[str]:
        """The addresses it listens on."""
        return self._addresses


def _ip(digits: str) -> str:
    """An address as /proc/net writes it, in words of four bytes, the last byte first."""
    data = b"".join(bytes.fromhex(digits[start : start + 8])[::-1] for start in range(0, len(digits), 8))
    found = ipaddress.ip_address(data)
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)
