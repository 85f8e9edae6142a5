"""Start the shop and a Prometheus on loopback, run a command beside them, stop both.

``python serve.py pytest --readiness --readiness-live``; the command finds them in SHOP_URL and PROMETHEUS_URL.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
PATIENCE = 30  # seconds until both must be there


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program that ends with the block."""
    with subprocess.Popen(command, cwd=HERE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()


def answer(url: str) -> bytes:
    """What a url answers, empty while nothing does."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            content: bytes = response.read()
            return content
    except OSError:
        return b""


def wait(what: str, url: str, wanted: bytes = b"") -> None:
    """Until a url answers with what is wanted."""
    end = time.monotonic() + PATIENCE
    while not (found := answer(url)) or wanted not in found:
        if time.monotonic() > end:
            raise SystemExit(f"{what} did not start within {PATIENCE} s")
        time.sleep(0.05)


def main(command: list[str]) -> int:
    prometheus = shutil.which("prometheus")
    if prometheus is None:
        raise SystemExit("prometheus is not on PATH: apt-get install prometheus, or https://prometheus.io/download/")
    shop, port = f"127.0.0.1:{free_port()}", free_port()
    with ExitStack() as stack:
        # a copy of its configuration, with the shop beside it as Prometheus is told in production as well: in a file
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        shutil.copytree(HERE / "monitoring", home, dirs_exist_ok=True)
        (home / "shop.json").write_text(json.dumps([{"targets": [shop]}]))
        stack.enter_context(running(sys.executable, "shop.py", shop.rpartition(":")[2]))
        stack.enter_context(
            running(
                prometheus,
                f"--config.file={home / 'prometheus.yml'}",
                f"--storage.tsdb.path={home / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
            )
        )
        wait("the shop", f"http://{shop}/healthz")
        wait("prometheus", f"http://127.0.0.1:{port}/-/ready")
        ask = f"http://127.0.0.1:{port}/api/v1/query?query="
        wait("the first scrape", ask + "up%3D%3D1", b'"1"]')
        for _ in range(500):  # some customers
            answer(f"http://{shop}/api/orders")
        wait("the scrape of some orders", ask + "increase(http_requests_total%7Bcode%3D%22200%22%7D%5B1m%5D)%3E1", b'"value"')
        environment = {**os.environ, "SHOP_URL": f"http://{shop}", "PROMETHEUS_URL": f"http://127.0.0.1:{port}"}
        return subprocess.run(command, check=False, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
