"""Runs whose prompts a query chooses: which ones a model is given, and what is refused."""

import pytest

from labeling.models import Prompt
from tests.cast import client_of, make_completions, make_prompt
from training.models import Snapshot, SnapshotPrompt
from training.selectors.estimates import Amount
from training.selectors.queried_prompts import (
    PromptQuery,
    amount_to_answer,
)
from training.services.model_versions import Origin, register_base_model
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import freeze_prompts, freeze_these_prompts

pytestmark = pytest.mark.django_db


def post(person, body):
    return client_of(person).post("/api/runs/", body, format="json")


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "llama"}')
    (folder / "tokenizer.json").write_text("{}")
    header = b'{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'
    (folder / "w.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + b"x")
    origin = Origin(licence="MIT", source="a test")
    return register_base_model(path=folder, name="writer", origin=origin)


def ask(ada, model, **query):
    return post(
        ada,
        {
            "stage": "sampling",
            "inputs": {"model": str(model.pk)},
            "hyperparameters": {"completions_per_prompt": 4},
            "prompt_query": {"num_prompts": 2} | query,
        },
    )


def test_prompts_with_the_fewest_answers_come_first(ada, model):
    """Issue item 3: the admin asks for K completions per prompt."""
    answered, fresh, later = make_prompt(), make_prompt(), make_prompt()
    make_completions(answered, 4, source=model.completion_source)

    answer = ask(ada, model)

    assert answer.status_code == 201
    snapshot = Snapshot.objects.get(pk=answer.json()["inputs"]["prompts"]["id"])
    chosen = SnapshotPrompt.objects.filter(snapshot=snapshot)
    assert set(chosen.values_list("prompt", flat=True)) == {fresh.pk, later.pk}


def test_category_and_split_narrow_the_choice(ada, model):
    wanted = make_prompt(category="brainstorming", split="validation")
    make_prompt(category="brainstorming", split="train")
    make_prompt(category="generation", split="validation")

    answer = ask(ada, model, category="brainstorming", split="validation")

    assert answer.status_code == 201
    assert SnapshotPrompt.objects.get().prompt_id == wanted.pk


UNUSABLE = [
    {"personal_data": "found"},
    {"personal_data": "confirmed"},
    {"personal_data": "unchecked"},
    {"standing": "over_cap"},
    {"token_count": 1_025},
]


@pytest.mark.parametrize("fields", UNUSABLE)
def test_a_prompt_that_may_not_be_used_is_neither_sampled_nor_trained_on(ada, model, fields):
    """R5, R7, R10: not even when it is asked for by its number."""
    held_back = make_prompt(split="train", **fields)
    usable = make_prompt(split="train", personal_data="cleared", token_count=1_024)
    both = [held_back.pk, usable.pk]

    sampled = ask(ada, model, num_prompts=9, prompt_ids=both)
    by_all = freeze_prompts(by=ada, name="all", query=SnapshotQuery())
    by_number = freeze_prompts(by=ada, name="chosen", query=SnapshotQuery(prompt_ids=both))
    given = freeze_these_prompts(by=ada, name="given", prompt_ids=both)

    snapshots = [sampled.json()["inputs"]["prompts"]["id"], by_all.pk, by_number.pk, given.pk]
    for snapshot in snapshots:
        rows = SnapshotPrompt.objects.filter(snapshot=snapshot)
        assert list(rows.values_list("prompt", flat=True)) == [usable.pk]


def test_no_prompt_that_fits_is_said(ada, model):
    answer = ask(ada, model)

    assert answer.json()["fields"] == {"prompt_query": ["no prompt fits"]}


def test_a_bad_setting_freezes_nothing(ada, model):
    make_prompt()

    answer = post(
        ada,
        {
            "stage": "sampling",
            "inputs": {"model": str(model.pk)},
            "hyperparameters": {"temperature": -1},
            "prompt_query": {"num_prompts": 1},
        },
    )

    assert set(answer.json()["fields"]) == {"hyperparameters.temperature"}
    assert not Snapshot.objects.exists()


def test_a_stage_that_learns_takes_no_query(ada):
    answer = post(ada, {"stage": "reward_model", "prompt_query": {"num_prompts": 1}})

    assert set(answer.json()["fields"]) == {"prompt_query"}
    assert Prompt.objects.count() == 0


def mix(ada, model, **body):
    make_prompt()
    asked = {"stage": "sampling", "inputs": {"model": str(model.pk), "model_2": str(model.pk)}}
    return post(ada, asked | {"prompt_query": {"num_prompts": 1}} | body)


def test_weights_are_kept_with_the_run_and_taken_over_by_a_retry(ada, model):
    """R85."""
    made = mix(ada, model, weights={"model": 3, "model_2": 1}).json()

    assert made["weights"] == {"model": 3.0, "model_2": 1.0}
    client_of(ada).post(f"/api/runs/{made['id']}/cancel/")
    again = client_of(ada).post(f"/api/runs/{made['id']}/retry/").json()
    assert again["weights"] == made["weights"]
    assert again["spec_sha256"] == made["spec_sha256"]


def test_policies_of_one_kind_share_alike_unless_told_otherwise(ada, model):
    assert mix(ada, model).json()["weights"] == {"model": 0.5, "model_2": 0.5}


def test_a_single_policy_has_no_weights(ada, model):
    make_prompt()

    assert ask(ada, model).json()["weights"] == {}


@pytest.mark.parametrize(
    ("weights", "field"),
    [
        ({"model": -1, "model_2": 1}, "weights.model"),
        ({"model": 1}, "weights.model_2"),
        ({"model": 1, "model_2": 1, "model_3": 1}, "weights.model_3"),
        ({"model": 0, "model_2": 0}, "weights"),
    ],
)
def test_weights_that_cannot_be_used_are_named(ada, model, weights, field):
    answer = mix(ada, model, weights=weights)

    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {field}
    assert not Snapshot.objects.exists()


class TestCheck:
    """What is said of a query before the run is requested: nothing is frozen for it."""

    def check(self, person, body):
        answer = client_of(person).post("/api/runs/check/", body, format="json")
        assert answer.status_code == 200, answer.json()
        assert not Snapshot.objects.exists()
        return answer.json()

    def sampling(self, model, **query):
        return {
            "stage": "sampling",
            "inputs": {"model": str(model.pk)},
            "prompt_query": {"num_prompts": 3} | query,
        }

    def test_the_estimate_is_of_the_prompts_that_fit(self, rosa, model):
        make_prompt(split="train")
        make_prompt(split="validation")

        found = self.check(rosa, self.sampling(model, split="train"))

        assert found["fields"] == {}
        assert found["estimate"]["num_records"] == 1
        # The model once, as it stands on disk, and no checkpoints.
        assert found["estimate"]["memory_bytes"] == model.artifact.num_bytes
        assert found["estimate"]["disk_bytes"] == 0
        assert found["estimate"]["reason_undefined"] == "no run of this stage has ended yet"

    def test_a_query_is_as_much_work_as_the_snapshot_it_becomes(self, ada, model):
        """So the time of a run on the frozen list is the time that the query was given."""
        texts = ["Why is the sky blue?\n" * 40, "Schreib ein Gedicht \u00fcber \u00c4pfel. " * 30]
        prompts = [make_prompt(text) for text in texts]
        snapshot = freeze_these_prompts(by=ada, name="b", prompt_ids=[one.pk for one in prompts])
        frozen = Amount(snapshot.num_records, snapshot.artifact.num_bytes)

        queried = amount_to_answer([model], PromptQuery(num_prompts=3))

        assert queried.num_records == frozen.num_records
        # The manifest lies beside the records, and a line's end is written as two characters.
        assert queried.num_bytes == pytest.approx(frozen.num_bytes, rel=0.2)

    def test_that_no_prompt_fits_is_said_before_the_request(self, rosa, model):
        found = self.check(rosa, self.sampling(model))

        assert found["fields"] == {"prompt_query": ["no prompt fits"]}
        assert found["estimate"] is None

    def test_without_a_model_nothing_is_promised(self, rosa):
        make_prompt()

        found = self.check(rosa, {"stage": "sampling", "prompt_query": {"num_prompts": 1}})

        assert found["fields"] == {"inputs.model": ["is needed"]}
        assert found["estimate"] is None

    def test_a_labeler_may_not_ask(self, amina, model):
        answer = client_of(amina).post("/api/runs/check/", self.sampling(model), format="json")

        assert answer.status_code == 403

    @pytest.mark.parametrize("query", [{"num_prompts": 0}, {"num_prompts": 10_001}, {"split": "x"}])
    def test_a_query_that_cannot_be_is_refused(self, rosa, model, query):
        body = self.sampling(model, **query)

        answer = client_of(rosa).post("/api/runs/check/", body, format="json")

        assert answer.status_code == 400
        assert [*answer.json()["fields"]] == [f"prompt_query.{next(iter(query))}"]

    def test_more_prompts_take_no_more_queries(self, rosa, model, django_assert_num_queries):
        client = client_of(rosa)
        for _ in range(5):
            make_prompt()
        body = self.sampling(model, num_prompts=5)
        client.post("/api/runs/check/", body, format="json")

        # Session, account, both kinds of input, prompts, their size, slots and past runs.
        with django_assert_num_queries(8):
            client.post("/api/runs/check/", body, format="json")
