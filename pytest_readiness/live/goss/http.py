"""A request that a host makes, with curl."""

from __future__ import annotations

from functools import cached_property

from .facts import Facts
from .facts import Failed
from .shell import MAX_OUTPUT
from .shell import CannotHave
from .shell import Late
from .shell import Said

MAX_REDIRECTS = 10
_PATHS = {"ca-file": "--cacert", "cert-file": "--cert", "key-file": "--key", "proxy": "--proxy"}


class Http(Facts):
    """One request."""

    default_timeout = 5.0

    @cached_property
    def _said(self) -> Said:
        try:
            said = self.run(*self._curl())
        except Late:
            raise Failed(f"there was no answer within {self.timeout:g} s") from None
        except CannotHave:
            raise
        except Exception as error:  # noqa: BLE001 - its text may hold the command, and that the password
            raise CannotHave(f"curl could not be run there ({type(error).__name__})") from None
        if said.status == 127:
            raise CannotHave("curl is needed there to make requests")
        if said.status:
            lines = [line for line in said.err.splitlines() if line.startswith("curl: ")]
            raise Failed(lines[-1].removeprefix("curl: ") if lines else f"curl ended with status {said.status}")
        return said

    def _curl(self) -> list[str]:
        """The command. Headers go to stderr, so that they and the body can be told apart."""
        told = self.options
        argv = ["curl", "-q", "--silent", "--show-error", "--globoff", "--proto", "=http,https", "--max-time", f"{self.timeout:g}"]
        argv += ["--dump-header", "/dev/stderr", "--user-agent", "goss/", "--max-filesize", str(64 * MAX_OUTPUT)]
        if not told.get("no-follow-redirects"):
            argv += ["--location", "--max-redirs", str(MAX_REDIRECTS)]
        if told.get("allow-insecure"):
            argv.append("--insecure")
        if told.get("username") or told.get("password"):
            argv += ["--user", f"{told.get('username', '')}:{told.get('password', '')}"]
        for name, flag in _PATHS.items():
            if told.get(name):
                argv += [flag, told[name]]
        for header in told.get("request-headers", ()):
            name, _, value = header.partition(":")
            argv += ["--header", f"{name.strip()}: {value.strip()}" if value.strip() else f"{name.strip()};"]
        method = told.get("method", "GET").upper()
        if told.get("request-body"):
            argv += ["--data-raw", told["request-body"]]
            if not any(header.lower().startswith("content-type:") for header in told.get("request-headers", ())):
                argv += ["--header", "Content-Type:"]
        if method == "HEAD":
            argv.append("--head")
        elif method != "GET" or told.get("request-body"):
            argv += ["--request", method]
        return [*argv, "--url", self.subject]

    @cached_property
    def _head(self) -> list[str]:
        """The lines of the last answer, whose status comes first."""
        text = self._said.errors.replace("\r\n", "\n").strip("\n")
        return text.split("\n\n")[-1].split("\n")

    def status(self) -> int:
        """The status of the answer, of the last one where redirects are followed."""
        parts = self._head[0].split(" ")
        if not parts[0].startswith("HTTP/") or len(parts) < 2 or not parts[1].isdigit():
            raise CannotHave("the answer has no status")
        return int(parts[1])

    def headers(self) -> str:
        """The headers, one a line, in the order of their names."""
        pairs = [(name, value) for name, colon, value in (line.partition(":") for line in self._head[1:]) if colon]
        named = [("-".join(part.capitalize() for part in name.strip().split("-")), value.strip()) for name, value in pairs]
        return "\n".join(f"{name}: {value}" for name, value in sorted(named, key=lambda pair: pair[0]))

    def body(self) -> str:
        """The body."""
        return "" if self.options.get("method", "").upper() == "HEAD" else self._said.whole

    @property
    def advice(self) -> tuple[str, ...]:
        """What is worth saying of the way it is asked."""
        insecure = self.options.get("allow-insecure") and self.subject.startswith("https:")
        return (f"{self.subject} may have any certificate: allow-insecure is set",) if insecure else ()
