"""What a runner reads and is told, and what never stands in its log or in the metrics."""

import json

import pytest
from prometheus_client import generate_latest

from tests.log_lines import CANARY, logged
from training.management.commands.serve_metrics import registry
from training.models import RunLog, Snapshot
from training.runner.claim import report_slots
from training.services.run_requests import RunRequest
from training.services.runs import request_run

pytestmark = pytest.mark.django_db(transaction=True)

# The trainer reads the prompt and the completion, prints both, and dies of them.
DIES_OF_WHAT_IT_READ = """
text = pathlib.Path(job["inputs"]["rankings"]).read_text()
report(1, loss=0.5)
print(text, flush=True)
raise ValueError(text)
"""


@pytest.fixture
def run(ada, base_model, make_snapshot, settings):
    settings.HEARTBEAT_SECONDS = 1
    report_slots("node-a")
    record = {"prompt": f"{CANARY}?", "completions": [f"{CANARY}!"], "ranks": [1]}
    rankings = make_snapshot(Snapshot.Kind.RM, records=json.dumps(record) + "\n")
    inputs = {"base_model": base_model.pk, "rankings": rankings.pk}
    return request_run(by=ada, request=RunRequest(stage="reward_model", inputs=inputs))


def test_a_runner_never_logs_what_its_trainer_reads(run, attempt, settings, tmp_path):
    """reliability.md, section 6: no prompt and no completion; the console of a run is its own."""
    settings.METRICS_DIR = tmp_path / "metrics"
    with logged() as lines:
        ended = attempt(DIES_OF_WHAT_IT_READ)

    console = "".join(RunLog.objects.filter(run=ended).values_list("text", flat=True))
    assert f"{CANARY}?" in console
    assert f"{CANARY}!" in console
    assert any("the attempt ended with" in line for line in lines)
    assert not any(CANARY in line for line in lines)
    measured = generate_latest(registry()).decode()
    assert 'job_attempts_total{outcome="' in measured
    assert CANARY not in measured
