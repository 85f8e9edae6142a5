"""Functions of files of the project, and of paths."""

from __future__ import annotations

import base64
import hashlib
import posixpath
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from ....unknown import Unknown
from ....unknown import Unresolved
from ..types import convert
from ..values import PartialText
from .calling import TEXT

Read = Callable[[str], str]


def _of_text(call: Callable[[str], Any]) -> Callable[..., Any]:
    def opened(read: Read, path: Any) -> Any:
        if isinstance(path, Unknown):
            return Unknown(path.source)
        return call(read(convert(path, TEXT)))

    return opened


def _exists(read: Read, path: Any) -> Any:
    if isinstance(path, Unknown):
        return Unknown(path.source)
    try:
        read(convert(path, TEXT))
    except Unresolved as unresolved:
        return Unknown(unresolved.reason)
    return True


def _digest(name: str, *, raw: bool = False) -> Callable[..., Any]:
    def digest(text: str) -> str:
        made = hashlib.new(name, text.encode(), usedforsecurity=False)
        return base64.b64encode(made.digest()).decode() if raw else made.hexdigest()

    return _of_text(digest)


def _of_path(call: Callable[[str], str]) -> Callable[..., Any]:
    def named(_read: Read, path: Any) -> Any:
        if isinstance(path, PartialText):
            shape = call(path.shape)
            return PartialText(path.source, shape) if "\0" in shape else shape
        return Unknown(path.source) if isinstance(path, Unknown) else call(convert(path, TEXT))

    return named


def _unknown(what: str) -> Callable[..., Any]:
    def call(_read: Read, *_arguments: Any) -> Any:
        return Unknown(what)

    return call


OF_FILES: Mapping[str, Callable[..., Any]] = {
    "file": _of_text(lambda text: text),
    "filebase64": _of_text(lambda text: base64.b64encode(text.encode()).decode()),
    "fileexists": _exists,
    "fileset": _unknown("which files there are is known where Terraform runs"),
    "filemd5": _digest("md5"),
    "filesha1": _digest("sha1"),
    "filesha256": _digest("sha256"),
    "filesha512": _digest("sha512"),
    "filebase64sha256": _digest("sha256", raw=True),
    "filebase64sha512": _digest("sha512", raw=True),
    "basename": _of_path(lambda path: posixpath.basename(path.rstrip("/")) or ("/" if path else ".")),
    "dirname": _of_path(lambda path: posixpath.normpath(posixpath.dirname(path)) if posixpath.dirname(path) else "."),
    "abspath": _unknown("absolute paths are known where Terraform runs"),
    "pathexpand": _unknown("the home directory is known where Terraform runs"),
}
