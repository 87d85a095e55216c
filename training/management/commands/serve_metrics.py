"""manage.py serve_metrics [--host 127.0.0.1] [--port 9464] [--web URL] [--backups FOLDER]"""

import os
import shutil
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import Error as DatabaseFault
from django.db import connection
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from training.selectors.signs import COUNTER, Sign
from training.selectors.vital_signs import vital_signs
from training.services.backups import REHEARSED, SUMS, newest_backup

FORGOTTEN_SECONDS = 24 * 3600
# The page of readiness asks the database for at most one.
WEB_SECONDS = 3.0
LOOPBACK = "127.0.0.1"


class InstallationCollector(Collector):
    """Asks the database at every scrape; ``database_up`` is 0 where it does not answer."""

    def __init__(self, *, backups: Path | None, web: str | None) -> None:
        self._backups = backups
        self._web = web

    def collect(self) -> Iterator[Metric]:
        try:
            signs = vital_signs()
        except DatabaseFault:
            signs = []
        finally:
            # Every scrape has a thread of its own.
            connection.close()
        yield family(Sign("database_up", "Whether it answered.", {"": float(bool(signs))}))
        for sign in [*signs, *self._of_the_web(), *self._of_disks(), *self._of_backups()]:
            yield family(sign)

    def _of_the_web(self) -> list[Sign]:
        if self._web is None:
            return []
        return [Sign("web_ready", "Whether /readyz said yes.", {"": float(is_ready(self._web))})]

    def _of_disks(self) -> list[Sign]:
        places = {"artifacts": settings.ARTIFACT_ROOT, "runs": settings.RUN_ROOT}
        usages = {
            name: shutil.disk_usage(place) for name, place in places.items() if Path(place).is_dir()
        }
        free = {name: float(usage.free) for name, usage in usages.items()}
        size = {name: float(usage.total) for name, usage in usages.items()}
        return [
            Sign("disk_free_bytes", "Where files are written.", free, "mount"),
            Sign("disk_size_bytes", "Of the same disks.", size, "mount"),
        ]

    def _of_backups(self) -> list[Sign]:
        if self._backups is None:
            return []
        made, rehearsed = newest_backup(self._backups), self._backups / REHEARSED
        times = {
            "backup_last_success_timestamp": made / SUMS if made else None,
            "restore_drill_last_success_timestamp": rehearsed if rehearsed.is_file() else None,
        }
        return [
            Sign(name, "Seconds since 1970.", {"": path.stat().st_mtime if path else 0.0})
            for name, path in times.items()
        ]


def family(sign: Sign) -> Metric:
    kind = CounterMetricFamily if sign.kind == COUNTER else GaugeMetricFamily
    found = kind(sign.name, sign.text, labels=[sign.label] if sign.label else [])
    for value_of_label, value in sign.values.items():
        found.add_metric([value_of_label] if sign.label else [], value)
    return found


def is_ready(web: str) -> bool:
    """Asked under a name that the site answers to: it refuses all others."""
    name = next((name.lstrip(".") for name in settings.ALLOWED_HOSTS if name != "*"), LOOPBACK)
    asking = HTTPConnection(urlsplit(web).netloc, timeout=WEB_SECONDS)
    try:
        asking.request("GET", "/readyz", headers={"Host": name})
        return asking.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        asking.close()


def web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme != "http" or not parts.netloc or parts.path.strip("/"):
        raise ArgumentTypeError(f"{text!r} is not like http://127.0.0.1:8000")
    return text


def registry(*, backups: Path | None = None, web: str | None = None) -> CollectorRegistry:
    """The installation's own signs, and what the web's processes have measured of requests."""
    found = CollectorRegistry()
    found.register(InstallationCollector(backups=backups, web=web))
    settings.METRICS_DIR.mkdir(parents=True, exist_ok=True)
    forget_the_dead(settings.METRICS_DIR)
    MultiProcessCollector(found, path=str(settings.METRICS_DIR))  # type: ignore[no-untyped-call]
    return found


def forget_the_dead(folder: Path) -> None:
    """Remove the files of web processes that ended more than a day ago: they only add up."""
    for path in folder.glob("*.db"):
        pid = path.stem.rpartition("_")[2]
        is_old = path.stat().st_mtime < time.time() - FORGOTTEN_SECONDS
        if is_old and pid.isdecimal() and not Path(f"/proc/{pid}").exists():
            path.unlink()


class Command(BaseCommand):
    help = "Serve metrics for Prometheus. Keep the port private: it tells how much is labeled."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=LOOPBACK)
        parser.add_argument("--port", type=int, default=9464)
        parser.add_argument(
            "--web", type=web_address, help="where the web answers, to ask whether it is ready"
        )
        parser.add_argument(
            "--backups",
            type=Path,
            default=settings.BACKUP_DIR,
            help="the folder that `backup` writes to (default: CONCORD_BACKUP_DIR)",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        found = registry(backups=options["backups"], web=options["web"])
        _, thread = start_http_server(options["port"], addr=options["host"], registry=found)
        where = f"http://{options['host']}:{options['port']}/metrics"
        self.stdout.write(f"Serving {where} as process {os.getpid()}.")
        thread.join()
