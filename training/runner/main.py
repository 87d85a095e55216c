"""The detached supervisor of one attempt.

    python -m training.runner.main RUN_ID FENCE [--detach]

With --detach the process forks at once and its parent ends, so that a Celery worker that
started it can be restarted or killed without touching the training.
"""

import argparse
import logging
import os
import uuid


def main() -> None:
    parser = argparse.ArgumentParser(prog="training.runner.main")
    parser.add_argument("run_id", type=uuid.UUID)
    parser.add_argument("fence", type=int)
    parser.add_argument("--detach", action="store_true")
    arguments = parser.parse_args()
    if arguments.detach:
        _detach()
    _supervise(arguments.run_id, arguments.fence)


def _detach() -> None:
    """Before Django is loaded: the starter waits for the fork only."""
    if os.fork() > 0:
        os._exit(0)
    os.setsid()


def _supervise(run_id: uuid.UUID, fence: int) -> None:
    import django

    django.setup()
    from training.runner.supervisor import supervise

    logging.getLogger(__name__).info("attempt with fence %s at run %s", fence, run_id)
    supervise(run_id, fence)


if __name__ == "__main__":
    main()
