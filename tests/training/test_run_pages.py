"""What the page of a run shows, also of runs that are out of the ordinary."""

import pytest

from tests.cast import client_of
from training.models import Run, RunState

pytestmark = pytest.mark.django_db


def page(person, run):
    return client_of(person).get(f"/api/runs/{run.pk}/")


@pytest.fixture
def make_ended(ada):
    """A run of a stage that succeeded and made no weights."""

    def make(stage):
        spec = {"stage": stage, "inputs": {}, "hyperparameters": {}, "seed": 5}
        return Run.objects.create(
            name=stage,
            stage=stage,
            spec=spec,
            spec_sha256="0" * 64,
            seed=5,
            code_revision="abc123",
            state=RunState.SUCCEEDED,
            created_by=ada,
        )

    return make


@pytest.mark.parametrize("stage", ["generalisation", "sampling", "scoring"])
def test_a_run_that_makes_no_weights_has_a_page_when_it_is_done(rosa, make_ended, stage):
    run = make_ended(stage)

    answer = page(rosa, run)

    assert answer.status_code == 200
    assert answer.json()["output_model_version"] is None
