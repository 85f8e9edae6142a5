"""A tiny shop: orders, its health, and its metrics. ``python shop.py PORT``"""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.05, 0.1)
STARTED = time.time()


class Metrics:
    """Requests by status and their durations, as Prometheus reads them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests = {"200": 0, "500": 0}
        self._buckets = dict.fromkeys((*map(str, BUCKETS), "+Inf"), 0)
        self._seconds = 0.0

    def observe(self, status: int, seconds: float) -> None:
        with self._lock:
            self._requests[str(status)] += 1
            self._seconds += seconds
            for bound in self._buckets:
                self._buckets[bound] += seconds <= float(bound)

    def __str__(self) -> str:
        with self._lock:
            lines = ["# TYPE http_requests_total counter"]
            lines += [f'http_requests_total{{code="{code}"}} {count}' for code, count in self._requests.items()]
            lines += ["# TYPE http_request_duration_seconds histogram"]
            lines += [f'http_request_duration_seconds_bucket{{le="{bound}"}} {count}' for bound, count in self._buckets.items()]
            lines += [f"http_request_duration_seconds_sum {self._seconds}", f"http_request_duration_seconds_count {self._buckets['+Inf']}"]
            lines += ["# TYPE process_start_time_seconds gauge", f"process_start_time_seconds {STARTED}"]
            return "\n".join(lines) + "\n"


METRICS = Metrics()


class Shop(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet

    def do_GET(self) -> None:
        started = time.perf_counter()
        if self.path == "/healthz":
            self._answer(200, {"status": "healthy", "version": "1.4.2", "checks": {"db": {"status": "up"}, "cache": {"status": "up"}}})
        elif self.path == "/metrics":
            self._answer(200, str(METRICS), "text/plain; version=0.0.4")
        elif self.path == "/api/orders":
            self._answer(200, {"orders": [{"id": 1, "total": "12.50"}]})
            METRICS.observe(200, time.perf_counter() - started)
        else:
            self._answer(404, {"error": "not found"})

    def _answer(self, status: int, content: object, kind: str = "application/json") -> None:
        body = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    ThreadingHTTPServer.daemon_threads = True
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Shop).serve_forever()
