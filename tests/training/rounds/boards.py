"""What the tests of rounds do with one: ask, put a step behind it, read its board."""

from tests.cast import client_of
from tests.training.run_states import make_run_in
from training.models import RoundLink, RunInput
from training.models.clock import ClockTimestamp
from training.selectors.rounds import access_round, board_of


def post(person, address, body=None):
    return client_of(person).post(f"/api/rounds/{address}", body or {}, format="json")


def end_sampling(ada, sft, frozen):
    run = make_run_in(
        "succeeded",
        name="sampling",
        stage="sampling",
        spec={"inputs": {}, "hyperparameters": {}},
        spec_sha256="0" * 64,
        seed=1,
        code_revision="0",
        ended_at=ClockTimestamp(),
        created_by=ada,
    )
    RunInput.objects.create(run=run, role="model", model_version=sft)
    RunInput.objects.create(run=run, role="prompts", snapshot=frozen)
    return run


def link(opened, step, **what):
    return RoundLink.objects.create(round=opened, step=step, **what)


def states(opened):
    return {view.step.value: view.state.value for view in board_of(access_round(opened.pk))}


def view_of(opened, step):
    return next(one for one in board_of(access_round(opened.pk)) if one.step == step)
