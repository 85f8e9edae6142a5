"""The REST API of GitHub: one repository, what it refuses to tell, and lists that go over many pages."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from ...text import brief
from ..contact import CannotAsk
from ..entries import Surroundings
from ..entries import Target
from ..http import Answer
from ..http import Client as Http
from ..http import NoAnswer
from ..http import parsed
from ..measure import Judged

API = "https://api.github.com"
TOKEN = "GITHUB_TOKEN"  # noqa: S105 - the name of a variable
HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
PER_PAGE = 30  # GitHub repeats so much in each item that more could exceed what is read of an answer
PAGES = 34
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}").fullmatch
_NEXT = re.compile(r'<([^<>]{1,2000})>; *rel="next"').search


class Refused(CannotAsk):
    """The API does not tell; ``status`` and ``message`` say why."""

    def __init__(self, path: str, status: int, message: str) -> None:
        super().__init__(f"{path} answers with status {status}" + (f": {message}" if message else ""))
        self.status = status
        self.message = message


class Hidden(Exception):
    """What is asked is shown only to a token, or to one that may do more; says which."""


def address(repository: str) -> str | None:
    """What is wrong with the name of a repository."""
    return None if _REPOSITORY(repository) else f"{repository!r} is no repository, which is written owner/name"


class Client:
    """Asks about one repository."""

    def __init__(self, target: Target, around: Surroundings) -> None:
        self.target = target
        self.name = around.address(target)
        if problem := address(self.name):
            raise CannotAsk(f"target {target.name}: {around.mask(problem)}")
        self.token_env = target.token_env or (TOKEN if around.environment.get(TOKEN) else "")
        api = target.options.get("api", API).rstrip("/")
        own = replace(target, address=api, address_env="", token_env=self.token_env, headers={**HEADERS, **target.headers})
        self._http = Http(own, around)
        self._base = f"{api}/repos/{self.name}"
        self.repository: Mapping[str, Any] = {}

    def close(self) -> None:
        """Give the connection back."""
        self._http.close()

    def begin(self, seconds: float) -> None:
        """What is asked from here on may take so long in all."""
        self._http.begin(seconds)

    def reach(self) -> Judged:
        """Whether there is such a repository."""
        try:
            self.repository = self.mapping("")
        except NoAnswer as error:
            return Judged((f"target {self.target.name} cannot be reached: the API of GitHub {error}",))
        except Hidden as hidden:
            return Judged(error=str(hidden))
        except Refused as refused:
            if refused.status != 404:
                raise
            return Judged((f"there is no repository {self.name}, or {self.who} may not see it",))
        return Judged()

    @property
    def who(self) -> str:
        """Whose eyes these are, for messages."""
        return f"the token in {self.token_env}" if self.token_env else "nobody without a token"

    @property
    def default_branch(self) -> str:
        """The branch that is meant where none is named."""
        found = self.repository.get("default_branch")
        if not isinstance(found, str) or not found:
            raise CannotAsk("the API of GitHub names no default branch: declare branch")
        return found

    def missing(self, what: str, permission: str, refused: Refused) -> Judged:
        """What a refusal says of a thing that a check names: that there is none; raises `Hidden` or the refusal where it says something else."""
        if refused.status == 403:
            raise self.hidden(f"the {what}", permission) from None
        if refused.status != 404:
            raise refused
        return Judged((f"there is no {what}",))

    def hidden(self, what: str, permission: str) -> Hidden:
        """What to raise where something is shown to others only."""
        if self.token_env:
            return Hidden(f"{what} is not shown to {self.who}, which needs the permission {permission}")
        return Hidden(f"no token: {what} is shown only with one; set {TOKEN}, or name another variable with token_env")

    def mapping(self, path: str) -> Mapping[str, Any]:
        """What the API tells of one thing; raises `NoAnswer`, `CannotAsk` or `Hidden`."""
        data = self._data(self._fetch(self._base + path, path), path)
        if not isinstance(data, dict):
            raise CannotAsk(f"{_where(path)} answers with {_kind(data)}, not with a mapping")
        return data

    def items(self, path: str, key: str = "", **query: str) -> Iterator[Mapping[str, Any]]:
        """What the API lists, over all pages (of a mapping, what it lists at ``key``)."""
        url: str | None = f"{self._base}{path}?{urlencode({**query, 'per_page': PER_PAGE})}"
        for _ in range(PAGES):
            assert url is not None
            answer = self._fetch(url, path)
            data = self._data(answer, path)
            listed = data.get(key) if key and isinstance(data, dict) else data
            if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
                raise CannotAsk(f"{_where(path)} answers with {_kind(listed)}, not with a list of mappings")
            yield from listed
            following = _NEXT(answer.headers.get("link", "")[:10_000])
            url = following[1] if following else None
            if url is None:
                return
        raise CannotAsk(f"{_where(path)} lists more than {PER_PAGE * PAGES}, which are not counted")

    def _data(self, answer: Answer, path: str) -> Any:
        data, problem = parsed(answer, _where(path))
        if problem:
            raise CannotAsk(problem)
        return data

    def _fetch(self, url: str, path: str) -> Answer:
        answer = self._http.ask(url, follow=True, leave=False)
        if answer.status == 200:
            return answer
        if problem := _limit(answer):
            raise CannotAsk(f"the API of GitHub {problem}")
        if answer.status == 401 and self.token_env:
            raise CannotAsk(f"GitHub does not accept {self.who}: it is wrong, withdrawn or expired")
        if answer.status in (401, 403) and not self.token_env:
            raise self.hidden(_where(path), "")
        raise Refused(_where(path), answer.status, _message(answer))


def _limit(answer: Answer) -> str:
    """What an answer says of the number of requests that are allowed."""
    if answer.status not in (403, 429):
        return ""
    again, reset = answer.headers.get("retry-after", ""), answer.headers.get("x-ratelimit-reset", "")
    if answer.headers.get("x-ratelimit-remaining") == "0" and re.fullmatch(r"[0-9]{1,11}", reset):
        moment = datetime.datetime.fromtimestamp(int(reset), datetime.timezone.utc)
        return f"takes no more requests until {moment:%Y-%m-%d %H:%M} UTC: its rate limit is used up"
    if again or answer.status == 429:
        return "takes no more requests" + (f" for {brief(again, 40)} s" if again else "") + ": its rate limit is used up"
    return ""


def _message(answer: Answer) -> str:
    data, _ = parsed(answer, "")
    message = data.get("message") if isinstance(data, dict) else None
    return brief(message, 120) if isinstance(message, str) else ""


def _where(path: str) -> str:
    return path or "the repository"


def _kind(data: object) -> str:
    return {dict: "a mapping", list: "a list", str: "a text", type(None): "nothing"}.get(type(data), "a number")
