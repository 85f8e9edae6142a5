"""The one place that connects to Postgres."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg


def connect() -> psycopg.Connection:
    password = Path(os.environ["POSTGRES_PASSWORD_FILE"]).read_text("utf-8").strip()
    return psycopg.connect(
        host=os.environ["POSTGRES_HOST"],
        user=os.environ["POSTGRES_USER"],
        dbname=os.environ["POSTGRES_DB"],
        password=password,
        sslmode=os.environ.get("POSTGRES_SSLMODE", "verify-full"),
        connect_timeout=2,
    )


def is_up() -> bool:
    try:
        with connect() as connection:
            connection.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True
