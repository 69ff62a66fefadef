"""What a process counts of itself, for Prometheus: never a window, a person or a case, and never how many there are."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE

from clerk_app.program.build_info import build_info

SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the histogram."""

__all__ = ["CONTENT_TYPE", "Metrics"]


class Metrics:
    """One process's counters; each process has a registry of its own, which whoever scrapes puts together."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = self._counter("requests", "Requests that were answered", "operation", "status")
        self._problems = self._counter("problems", "Problems that were answered", "operation", "code")
        self._entries = self._counter("entries", "Entries that were judged", "verdict")
        self._incidents = self._counter("incidents", "What no honest window sends", "code")
        self._shed = self._counter("pushes_shed", "Pushes told to come again, by lane", "lane")
        self._bytes = self._counter("upload_bytes", "Bytes of scans taken in")
        self._uploads = self._counter("uploads", "Uploads that ended", "outcome")
        self._seconds = Histogram(
            "clerk_request_seconds",
            "Time to the answer; long polls are an operation of their own",
            ["operation"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self._gauge("info", "The version that runs", "version").labels(build_info().version).set(1)

    def request(self, operation: str, status: int, seconds: float, problem: str = "") -> None:
        """Count an answer."""
        self._requests.labels(operation, str(status)).inc()
        self._seconds.labels(operation).observe(seconds)
        if problem:
            self._problems.labels(operation, problem).inc()

    def entries(self, verdict: str, count: int = 1) -> None:
        """Count entries that were stored with a verdict."""
        self._entries.labels(verdict).inc(count)

    def incident(self, code: str) -> None:
        """Count what no window that is what it says would send."""
        self._incidents.labels(code).inc()

    def shed(self, lane: str) -> None:
        """Count a push that was told to come again."""
        self._shed.labels(lane).inc()

    def upload_bytes(self, count: int) -> None:
        """Count bytes of scans that are durable."""
        self._bytes.inc(count)

    def upload(self, outcome: str) -> None:
        """Count an upload that ended: ``finished`` or ``refused``."""
        self._uploads.labels(outcome).inc()

    def watch(self, name: str, about: str, read: Callable[[], float]) -> None:
        """Tell a value that is read when somebody asks."""
        self._gauge(name, about).set_function(read)

    def told(self) -> bytes:
        """Return everything in the text format that Prometheus reads."""
        return generate_latest(self._registry)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"clerk_{name}", about, labels, registry=self._registry)

    def _gauge(self, name: str, about: str, *labels: str) -> Gauge:
        return Gauge(f"clerk_{name}", about, labels, registry=self._registry)
