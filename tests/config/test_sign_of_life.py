"""A worker shows that it takes messages, without being asked: the real program, in a hurry."""

import os
import subprocess

import pytest
from django.conf import settings

from tests.training.processes import program, wait_until

LONG_AGO = 1_000_000_000.0
WORKER = """
    import sys
    from config import sign_of_life
    sign_of_life.TOUCH_SECONDS = 0.1
    from celery.__main__ import main
    name = sys.argv[1]
    sys.argv = f"celery --app=config worker --queues={name} --hostname={name}@%h".split()
    sys.argv += "--concurrency=1 --without-gossip --without-mingle --without-heartbeat".split()
    main()
"""


@pytest.fixture
def sign(tmp_path):
    """What the worker touches; it hears of nothing that others send."""
    path = tmp_path / "alive"
    worker = subprocess.Popen(
        program(WORKER, f"nobody-{os.getpid()}"),
        cwd=settings.BASE_DIR,
        env={**os.environ, "CONCORD_SIGN_OF_LIFE": str(path)},
    )
    yield path
    worker.terminate()
    worker.wait(timeout=60)


def test_a_worker_that_takes_messages_touches_its_file_again_and_again(sign):
    """R74: the health check of its container looks at the file's age."""
    wait_until(sign.exists)
    for _ in range(2):
        os.utime(sign, (LONG_AGO, LONG_AGO))
        wait_until(lambda: sign.stat().st_mtime > LONG_AGO)
