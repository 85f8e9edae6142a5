"""The HTTP interface: WSGI, served by gunicorn."""

from __future__ import annotations

import json
from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

from . import database
from .health import readiness


def app(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    status, body = respond(environ["PATH_INFO"])
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
