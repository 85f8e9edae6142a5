"""The kinds of targets there are."""

from __future__ import annotations

from . import github
from . import host
from . import http
from .entries import Kind

KINDS: dict[str, Kind] = {kind.key: kind for kind in (http.KIND, host.KIND, github.KIND)}
