"""Prometheus metrics, served on a port of their own: nothing that comes in by the door can reach them."""

from functools import lru_cache
from threading import Thread
from wsgiref.simple_server import WSGIServer

from prometheus_client import Counter, Gauge, Histogram, start_http_server

from gateway.visit import Visit

_REQUESTS = Counter("gateway_requests_total", "Requests answered.", ("service", "method", "status"))
_SECONDS = Histogram(
    "gateway_request_seconds",
    "From the head of a request to the end of its answer.",
    ("service",),
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
_BYTES = Counter("gateway_body_bytes_total", "Bytes of bodies passed on.", ("service", "direction"))
IN_FLIGHT = Gauge("gateway_requests_in_flight", "Requests that are being answered now.")

# `labels()` costs more than counting does; there are only so many of each.
_requests = lru_cache(maxsize=1_024)(_REQUESTS.labels)
_seconds = lru_cache(maxsize=64)(_SECONDS.labels)
_bytes = lru_cache(maxsize=128)(_BYTES.labels)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def measure(visit: Visit) -> None:
    method = visit.method if visit.method in _METHODS else "other"
    _requests(visit.service, method, visit.status or "gone").inc()
    _seconds(visit.service).observe(visit.seconds)
    if visit.bytes_in:
        _bytes(visit.service, "in").inc(visit.bytes_in)
    if visit.bytes_out:
        _bytes(visit.service, "out").inc(visit.bytes_out)


def serve(host: str, port: int) -> tuple[WSGIServer, Thread]:
    """Begin to serve them from a thread; shut the returned server down at the end."""
    return start_http_server(port, addr=host)
