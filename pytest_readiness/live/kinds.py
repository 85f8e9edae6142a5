"""The kinds of targets there are."""

from __future__ import annotations

from . import alertmanager
from . import cluster
from . import github
from . import host
from . import prometheus
from . import web
from .entries import Kind

KINDS: dict[str, Kind] = {kind.key: kind for kind in (web.KIND, prometheus.KIND, alertmanager.KIND, host.KIND, cluster.KIND, github.KIND)}
