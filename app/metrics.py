"""Figures for Prometheus: how many requests, how long they took, and the checks of ``operations/health.py``.

Workers share their counts through files under ``METRICS_DIR``, which are mapped into memory: on a disk that is full the
system ends whoever counts, so the folder belongs on a file system in memory. The page is there only where
``METRICS_TOKEN`` is set, for whoever brings it.
"""

import hmac
import os
import time
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from flask import Flask, Response, abort, current_app, g, request

from operations import health
from views.guards import open_to_all

SLOW = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


def register(app: Flask) -> None:
    """Count answers and serve the counts, where a token is set; otherwise nothing is loaded and nothing is there."""
    app.add_url_rule("/metrics", "metrics", open_to_all(_show))
    if app.config["METRICS_TOKEN"]:
        folder = app.config["METRICS_DIR"]
        folder.mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(folder))  # read when the library is loaded
        _answers()  # now: of two threads that make it with their first answers at once, the second would fail
        app.after_request(_count)


@cache
def _library() -> ModuleType:
    return import_module("prometheus_client")


@cache
def _answers() -> Any:
    return _library().Histogram("zqztc_request_seconds", "Time to answer", ("method", "rule", "status"), buckets=SLOW)


def _count(answer: Response) -> Response:
    if request.endpoint not in ("static", "metrics"):
        rule = request.url_rule.rule if request.url_rule else "none"
        took = time.perf_counter() - g.get("began", time.perf_counter())  # as the log line has it (app/logs.py)
        _answers().labels(request.method, rule, str(answer.status_code)).observe(took)
    return answer


def _show() -> Response:
    """The figures; to whoever does not bring the token there is nothing here."""
    token, brought = current_app.config["METRICS_TOKEN"], request.headers.get("Authorization", "")
    if not token or not hmac.compare_digest(brought.encode(), f"Bearer {token}".encode()):
        abort(404)
    client = _library()
    registry = client.CollectorRegistry()
    import_module("prometheus_client.multiprocess").MultiProcessCollector(registry)
    registry.register(_Checks())
    return Response(client.generate_latest(registry), mimetype="text/plain")


class _Checks:
    """Collects the checks when they are asked for."""

    def collect(self) -> Any:
        family = import_module("prometheus_client.core").GaugeMetricFamily
        well = family("zqztc_check_well", "1 when a check is well", labels=("check",))
        figure = family("zqztc_check_figure", "What a check found", labels=("check", "unit"))
        for check in health.checks(current_app.config):
            well.add_metric((check.name,), float(check.is_well))
            if check.figure is not None:
                figure.add_metric((check.name, check.unit), check.figure)
        yield from (well, figure)
