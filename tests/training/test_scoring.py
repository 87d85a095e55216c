"""Scoring stored completions: which are chosen, what is stored, and who reads it."""

import json
import uuid

import pytest

from tests.cast import client_of, make_completions, make_prompt
from tests.training.chains import make_ended_run
from tests.training.freezing import freeze_over_http
from training.artifact_store import artifact_file
from training.models import Artifact, CompletionReward, Snapshot
from training.selectors.estimates import Amount
from training.selectors.queried_prompts import (
    COMPLETION_BYTES,
    RECORD_BYTES,
    PromptQuery,
    amount_to_score,
)
from training.services.rewards import store_rewards

pytestmark = pytest.mark.django_db


@pytest.fixture
def make_reward_model(ada, base_model, make_artifact):
    def make():
        artifact = make_artifact(Artifact.Kind.MODEL, {"config.json": uuid.uuid4().hex})
        return make_ended_run(
            by=ada, stage="reward_model", inputs={"base_model": base_model}, artifact=artifact
        )

    return make


@pytest.fixture
def reward_model(make_reward_model):
    return make_reward_model()


def ask(person, reward_model, **query):
    body = {
        "stage": "scoring",
        "inputs": {"reward_model": str(reward_model.pk)},
        "prompt_query": {"num_prompts": 10} | query,
    }
    return client_of(person).post("/api/runs/", body, format="json")


def frozen(settings, answer):
    """What the run of an answer reads: completion ids by prompt."""
    assert answer.status_code == 201, answer.json()
    snapshot = Snapshot.objects.get(pk=answer.json()["inputs"]["completions"]["id"])
    path = artifact_file(settings.ARTIFACT_ROOT, snapshot.artifact_id, "records.jsonl")
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {one["prompt_id"]: [shown["id"] for shown in one["completions"]] for one in records}


def score(reward_model, completions, rewards):
    pairs = [(one.pk, reward) for one, reward in zip(completions, rewards, strict=True)]
    return store_rewards(run=reward_model.run, reward_model=reward_model, rewards=pairs)


class TestEstimating:
    """What a run would take that scores what a query finds."""

    def test_completions_that_are_scored_already_are_no_work(self, ada, make_reward_model):
        judge = make_reward_model()
        done, fresh = make_prompt("done"), make_prompt("fresh")
        score(judge, make_completions(done, 2), [1.0, 2.0])
        make_completions(fresh, texts=["a" * 1_000, "b" * 1_000])

        amount = amount_to_score(judge, PromptQuery(num_prompts=3))

        assert amount == Amount(
            num_records=1,
            num_bytes=len("fresh") + 2_000 + RECORD_BYTES + 2 * COMPLETION_BYTES,
        )

    def test_scoring_is_estimated_from_its_query(self, rosa, make_reward_model):
        judge = make_reward_model()
        make_completions(make_prompt(), 2)
        body = {
            "stage": "scoring",
            "inputs": {"reward_model": str(judge.pk)},
            "prompt_query": {"num_prompts": 10},
        }
        already = Snapshot.objects.count()

        found = client_of(rosa).post("/api/runs/check/", body, format="json").json()

        assert found["fields"] == {}
        assert found["estimate"]["num_records"] == 1
        assert found["estimate"]["memory_bytes"] == judge.artifact.num_bytes
        assert Snapshot.objects.count() == already


class TestAsking:
    def test_every_completion_that_the_model_has_not_scored_is_chosen(
        self, settings, ada, make_reward_model
    ):
        first, second = make_reward_model(), make_reward_model()
        half, whole, fresh = make_prompt(), make_prompt(), make_prompt()
        of_half, of_whole = make_completions(half, 3), make_completions(whole, 2)
        of_fresh = make_completions(fresh, 2)
        make_prompt()
        score(first, [*of_half[:2], *of_whole], [0.1, 0.2, 0.3, 0.4])

        by_first = frozen(settings, ask(ada, first))
        by_second = frozen(settings, ask(ada, second))

        fresh_ids = [one.pk for one in of_fresh]
        assert by_first == {half.pk: [of_half[2].pk], fresh.pk: fresh_ids}
        assert by_second == {
            half.pk: [one.pk for one in of_half],
            whole.pk: [one.pk for one in of_whole],
            fresh.pk: fresh_ids,
        }

    def test_category_split_and_numbers_narrow_the_choice(self, settings, ada, reward_model):
        wanted = make_prompt(category="brainstorming", split="validation")
        others = [
            make_prompt(category="brainstorming", split="train"),
            make_prompt(category="generation", split="validation"),
            make_prompt(category="brainstorming", split="validation"),
        ]
        for prompt in (wanted, *others):
            make_completions(prompt, 1)

        answer = ask(
            ada,
            reward_model,
            category="brainstorming",
            split="validation",
            prompt_ids=[wanted.pk, others[0].pk],
        )

        assert set(frozen(settings, answer)) == {wanted.pk}

    def test_a_prompt_that_may_not_be_used_is_not_scored(self, ada, reward_model):
        """R7."""
        make_completions(make_prompt(personal_data="confirmed"), 2)

        assert ask(ada, reward_model).json()["fields"] == {
            "prompt_query": [
                "no prompt that fits has a completion that this reward model has not scored yet"
            ]
        }
        assert not Snapshot.objects.exists()

    def test_only_a_reward_model_scores(self, ada, base_model):
        make_completions(make_prompt(), 2)

        answer = ask(ada, base_model)

        assert answer.status_code == 400
        assert set(answer.json()["fields"]) == {"inputs.reward_model"}

    def test_a_researcher_asks_for_no_run(self, rosa, reward_model):
        assert ask(rosa, reward_model).status_code == 403

    def test_a_list_that_was_frozen_before_is_scored_as_it_is(self, settings, ada, reward_model):
        completions = make_completions(make_prompt(split="train", category="brainstorming"), 2)
        make_completions(make_prompt(category="generation"), 2)
        score(reward_model, completions, [1.0, 2.0])
        client = client_of(ada)
        snapshot = freeze_over_http(ada, kind="completions", prompt_category="brainstorming")
        inputs = {"reward_model": str(reward_model.pk), "completions": snapshot["id"]}

        answer = client.post("/api/runs/", {"stage": "scoring", "inputs": inputs}, format="json")

        assert snapshot["counts"] == {"train": 1, "validation": 0, "prompts": 1, "completions": 2}
        assert list(frozen(settings, answer).values()) == [[one.pk for one in completions]]

    def test_nothing_to_freeze_is_said_before(self, rosa):
        answer = client_of(rosa).post(
            "/api/snapshots/preview/", {"kind": "completions"}, format="json"
        )

        assert answer.json()["problems"] == ["No prompt that fits has a completion."]


class TestStoring:
    def test_a_reward_never_changes_however_often_a_completion_is_scored(self, reward_model):
        completions = make_completions(make_prompt(), 3)

        first = score(reward_model, completions[:2], [0.5, -0.5])
        second = score(reward_model, completions, [9.0, 9.0, 1.5])

        assert (first.num_stored, second.num_stored, second.num_already_stored) == (2, 1, 2)
        stored = CompletionReward.objects.order_by("completion").values_list("reward", flat=True)
        assert list(stored) == [0.5, -0.5, 1.5]

    def test_a_reward_of_nothing_stores_nothing(self, reward_model):
        completions = make_completions(make_prompt(), 1)
        rewards = [(completions[0].pk, 1.0), (999_999, 2.0)]

        with pytest.raises(ValueError, match="999999"):
            store_rewards(run=reward_model.run, reward_model=reward_model, rewards=rewards)

        assert not CompletionReward.objects.exists()


class TestReading:
    def test_rewards_stand_beside_the_completions_of_a_prompt(self, rosa, make_reward_model):
        older, newer = make_reward_model(), make_reward_model()
        prompt = make_prompt()
        completions = make_completions(prompt, 2)
        score(older, completions, [0.25, -1.0])
        score(newer, completions[:1], [0.75])
        score(newer, make_completions(make_prompt(), 1), [5.0])

        found = client_of(rosa).get(f"/api/prompts/{prompt.pk}/rewards/").json()

        assert [
            (one["completion_id"], one["reward_model"]["name"], one["reward"]) for one in found
        ] == [
            (completions[0].pk, newer.name, 0.75),
            (completions[0].pk, older.name, 0.25),
            (completions[1].pk, older.name, -1.0),
        ]
        assert found[0]["run_id"] == str(newer.run_id)

    def test_a_labeler_judges_blind(self, amina):
        """R30."""
        assert client_of(amina).get(f"/api/prompts/{make_prompt().pk}/rewards/").status_code == 403

    def test_a_prompt_that_is_not_there_has_no_rewards(self, rosa):
        assert client_of(rosa).get("/api/prompts/999999/rewards/").status_code == 404

    def test_the_number_of_queries_does_not_grow(
        self, rosa, make_reward_model, django_assert_num_queries
    ):
        prompt = make_prompt()
        completions = make_completions(prompt, 9)
        for _ in range(3):
            score(make_reward_model(), completions, [0.1] * 9)
        client = client_of(rosa)
        client.get("/api/prompts/")

        with django_assert_num_queries(4):
            found = client.get(f"/api/prompts/{prompt.pk}/rewards/").json()

        assert len(found) == 27
