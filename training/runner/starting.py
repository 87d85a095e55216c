"""From a claim to a runner at work, or back to a run that says why there is none."""

import logging
import subprocess
from dataclasses import replace

from training.models import Run
from training.runner.claim import Claim, finish_unsuccessful
from training.runner.endings import ending_of_os_error
from training.runner.letting_go import Ending
from training.runner.process_tree import spawn_runner

logger = logging.getLogger(__name__)


def start_runner(held: Claim) -> None:
    """Start the runner of a fresh claim; where that fails the run is let go at once.

    Without that its lease would have to end first, and it would be called lost.
    """
    try:
        spawn_runner(held)
    except OSError as error:
        ending = ending_of_os_error(error)
    except subprocess.SubprocessError as error:
        ending = Ending(reason="error", detail=f"No runner started: {error}", is_transient=True)
    else:
        return
    step = Run.objects.only("step").get(pk=held.run_id).step
    to = finish_unsuccessful(held, replace(ending, last_step=step))
    logger.error("no runner for run %s: %s; it is %s", held.run_id, ending.detail, to)
