"""The process table: what one Concord consists of, in the order in which it starts.

docker-compose.yml runs the same processes from the same commands; a test says that they agree.
"""

import signal
from dataclasses import dataclass


@dataclass(frozen=True)
class Process:
    """One supervised process.

    `command` is looked up in the virtual environment; it is empty for the two services, which the
    launcher runs from their own binaries and compose from their own images. `patience_seconds` is
    how long a stop may take before the process is ended without asking.
    """

    name: str
    purpose: str
    command: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    # What the system sends when the launcher itself is killed: quick rather than polite.
    death_signal: signal.Signals = signal.SIGTERM
    patience_seconds: float = 10.0


# Replies and events between workers are of no use here, and each of them costs a connection.
WORKER_FLAGS = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=INFO")
SERVICES = ("db", "redis")
# Once before the others, on every start.
MIGRATE = ("python", "manage.py", "migrate", "--noinput")

PROCESSES = (
    # SIGINT is Postgres' fast stop; SIGTERM would wait for its clients to leave.
    Process(
        "db",
        "Postgres: the only truth",
        stop_signal=signal.SIGINT,
        death_signal=signal.SIGINT,
    ),
    Process("redis", "Redis protocol: Celery's doorbell"),
    Process(
        "web",
        "gunicorn: the API and the browser application",
        command=(
            "gunicorn",
            "config.wsgi",
            "--worker-class=gthread",
            "--workers=2",
            "--threads=4",
            "--timeout=60",
            "--graceful-timeout=8",
            # Kept open, connections cost a quarter of the throughput; the proxy that ends TLS keeps
            # the browsers' own (benchmarks/results/labeling.md).
            "--keep-alive=0",
            "--no-control-socket",
            "--access-logfile=-",
        ),
        needs=SERVICES,
    ),
    Process(
        "worker",
        "Celery: dispatch, reap, imports and exports",
        command=(
            "celery",
            "--app=config",
            "worker",
            "--queues=default",
            "--hostname=worker@%h",
            "--concurrency=2",
            *WORKER_FLAGS,
        ),
        needs=SERVICES,
        death_signal=signal.SIGQUIT,
    ),
    Process(
        "gpu-worker",
        "Celery: claims runs and starts their runners",
        command=(
            "celery",
            "--app=config",
            "worker",
            "--queues=gpu",
            "--hostname=gpu-worker@%h",
            "--concurrency=1",
            *WORKER_FLAGS,
        ),
        needs=SERVICES,
        death_signal=signal.SIGQUIT,
    ),
    Process(
        "beat",
        "Celery: the clock that calls dispatch and reap",
        command=("celery", "--app=config", "beat", "--loglevel=INFO"),
        needs=SERVICES,
    ),
    Process(
        "metrics",
        "What Prometheus reads: the database's figures, and the web's",
        command=("python", "manage.py", "serve_metrics"),
        needs=("db",),
    ),
)

# `./concord dev` alone has it: it serves changed frontend sources at once.
FRONTEND_SERVER = Process("vite", "the frontend's development server", command=("vite",))


def by_name(name: str) -> Process:
    return next(process for process in PROCESSES if process.name == name)
