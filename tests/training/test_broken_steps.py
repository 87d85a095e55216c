"""The page of a run that ended at a figure that was no number leads to the prompts behind it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import client_of, make_prompt
from training.runner.claim import claim, finish_unsuccessful, report_slots
from training.runner.letting_go import Ending

pytestmark = pytest.mark.django_db
HOST = "node-a"


@pytest.fixture
def broken(make_run):
    """Ends a run whose step had read these."""
    report_slots(HOST)

    def broken(*names, num_prompts=None, texts=0):
        said = {
            "prompt_ids": list(names),
            "num_prompts": num_prompts or len(names),
            "num_pretraining_texts": texts,
        }
        run = make_run()
        ending = Ending(reason="nan", detail="update 3", report={"broken_step": said})
        finish_unsuccessful(claim(run.pk, host=HOST), ending)
        return run

    return broken


def test_a_prompt_that_is_here_is_named_by_its_beginning(rosa, broken):
    """R74: the others by what the training data calls them."""
    prompt = make_prompt("Explain the tides. " * 20)
    names = (str(prompt.pk), "p7", "007", "9" * 30, str(prompt.pk + 1000))
    run = broken(*names, num_prompts=64, texts=3)

    step = client_of(rosa).get(f"/api/runs/{run.pk}/").json()["broken_step"]

    assert step["prompts"][0] == {
        "name": str(prompt.pk),
        "prompt_id": prompt.pk,
        "excerpt": prompt.text[:160],
    }
    assert [(one["name"], one["prompt_id"]) for one in step["prompts"][1:]] == [
        (name, None) for name in names[1:]
    ]
    assert (step["num_prompts"], step["num_pretraining_texts"]) == (64, 3)


def test_a_run_that_did_not_break_has_no_such_step(rosa, make_run):
    assert client_of(rosa).get(f"/api/runs/{make_run().pk}/").json()["broken_step"] is None


def test_many_prompts_cost_what_one_costs(rosa, broken):
    runs = [broken(*(str(make_prompt().pk) for _ in range(number))) for number in (1, 30)]
    client = client_of(rosa)
    client.get("/api/runs/")
    spent, shown = [], []

    for run in runs:
        with CaptureQueriesContext(connection) as queries:
            found = client.get(f"/api/runs/{run.pk}/").json()
        spent.append(len(queries))
        shown.append(len(found["broken_step"]["prompts"]))

    assert shown == [1, 30]
    assert spent[0] == spent[1]
