"""The HTTP interface: WSGI, served by gunicorn."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client import Histogram
from prometheus_client import generate_latest

from . import database
from .health import readiness

SECONDS = Histogram("http_request_duration_seconds", "How long an answer takes", ["code"])


def app(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/metrics":
        start_response("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
        return [generate_latest()]
    status, start = 500, time.monotonic()
    try:
        status, body = respond(environ["PATH_INFO"])
    finally:
        SECONDS.labels(status).observe(time.monotonic() - start)
    start_response(f"{status} {'OK' if status == 200 else 'Error'}", [("Content-Type", "application/json")])
    return [json.dumps(body).encode()]


def respond(path: str) -> tuple[int, Any]:
    if path == "/livez":
        return 200, {"alive": True}
    if path == "/readyz":
        return readiness({"database": database.is_up})
    if path == "/orders":
        with database.connect() as connection:
            return 200, [row[0] for row in connection.execute("SELECT id FROM orders ORDER BY id DESC LIMIT 100")]
    return 404, {"error": "not found"}
