"""Snapshots of kind eval: prompts that models are judged by, apart from training (R36, R49).

Apart means by key: another prompt of the same customer counts as the same one.
"""

import pytest

from labeling.errors import Refused
from labeling.models import Task
from tests.cast import (
    client_of,
    make_demonstration,
    make_demonstration_project,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_task,
    user_key_in,
)
from tests.training.evaluations import answered_prompt, post, three_sources, wanted
from tests.training.freezing import freeze_over_http
from tests.training.run_states import make_run_in
from tests.training.test_snapshots import manifest_of, records_of
from training.models import Run, RunInput, Snapshot
from training.selectors.snapshot_tables import prompts_of
from training.services.run_requests import RunRequest, check_request
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import (
    freeze_demonstrations,
    freeze_evaluation_prompts,
    freeze_prompts,
    freeze_rankings,
    freeze_these_prompts,
    preview,
)

pytestmark = pytest.mark.django_db

EVERYTHING = SnapshotQuery()
ANY_RUN = {"spec": {}, "spec_sha256": "0" * 64, "seed": 1, "code_revision": "abc123"}
LEFT_OUT = (
    "1 prompt of the validation split is left out: a snapshot to train with holds it, or another "
    "of the same customer."
)


def held_out(**fields):
    return make_prompt(split="validation", **fields)


def kept(by, *prompts):
    query = SnapshotQuery(prompt_ids=[one.pk for one in prompts] if prompts else None)
    return freeze_evaluation_prompts(by=by, name="kept", query=query)


def ids_of(settings, snapshot):
    return [one["prompt_id"] for one in records_of(settings, snapshot)]


class TestWhatIsKept:
    def test_only_the_validation_split_and_customers_before_others(self, settings, ada):
        """R49: kind, query, counts per source and split, hash and creator are all there."""
        customer = {"source_kind": "customer", "consent_reference": "terms 3"}
        chosen = held_out(**customer)
        held_out()
        make_prompt(split="train", **customer)

        snapshot = kept(ada)

        assert records_of(settings, snapshot) == [
            {"prompt_id": chosen.pk, "prompt": chosen.text, "split": "validation"}
        ]
        assert (snapshot.kind, snapshot.created_by) == ("eval", ada)
        assert snapshot.counts == {
            "train": 0,
            "validation": 1,
            "prompts": 1,
            "source_customer": 1,
        }
        assert manifest_of(settings, snapshot)["kind"] == "eval"
        assert list(prompts_of(snapshot)) == [chosen]
        assert kept(ada).records_sha256 == snapshot.records_sha256

    def test_so_many_are_one_of_each_key_before_the_second_of_any(self, settings, ada):
        heavy, light = user_key_in("validation"), user_key_in("validation")
        first = make_prompt(user_key=heavy)
        make_prompt(user_key=heavy)
        make_prompt(user_key=heavy)
        only = make_prompt(user_key=light)

        two = freeze_evaluation_prompts(
            by=ada, name="two", query=SnapshotQuery(num_validation_prompts=2)
        )

        assert set(ids_of(settings, two)) == {first.pk, only.pk}

    def test_the_preview_counts_what_is_frozen_and_says_how_many_were_left_out(self, ada, amina):
        used, free = held_out(), held_out()
        make_ranking(make_task(make_ranking_project(), used), amina, [1, 2, 3, 4])
        freeze_rankings(by=ada, name="r", query=EVERYTHING)

        seen = preview(kind="eval", query=SnapshotQuery(num_validation_prompts=5))

        assert seen.counts == {"train": 0, "validation": 1, "prompts": 1, "source_labeler_plain": 1}
        assert seen.problems == [
            "There are no customer prompts; prompts of every source are used.",
            LEFT_OUT,
            "Only 1 of the validation split fits, not 5 as asked.",
        ]
        assert kept(ada).prompt_links.get().prompt == free

    def test_nothing_free_is_refused_with_the_reason(self, ada):
        make_prompt(split="train")

        with pytest.raises(Refused, match="free to be kept for evaluation") as refused:
            kept(ada)

        assert refused.value.code == "empty_snapshot"


class TestLeaks:
    def test_a_prompt_of_the_training_split_cannot_be_chosen(self, ada):
        """R36: the split promises that everything trains on it."""
        free, leaking = held_out(), make_prompt(split="train")

        with pytest.raises(Refused, match=rf"same customers: {leaking.pk}\.") as refused:
            kept(ada, free, leaking)

        assert refused.value.code == "not_held_out"
        assert list(refused.value.fields) == ["prompt_ids"]
        assert not Snapshot.objects.exists()

    @pytest.mark.parametrize("kind", ["rm", "sft", "ppo"])
    def test_another_prompt_of_a_key_that_a_training_snapshot_holds_cannot_be_chosen(
        self, ada, amina, kind
    ):
        """R36: also where that snapshot held it out, for checkpoints are chosen by it."""
        key = user_key_in("validation")
        make_prompt(split="train")
        used, other = make_prompt(user_key=key), make_prompt(user_key=key)
        if kind == "rm":
            make_ranking(make_task(make_ranking_project(), used), amina, [1, 2, 3, 4])
            freeze_rankings(by=ada, name="r", query=EVERYTHING)
        elif kind == "sft":
            make_demonstration(make_task(make_demonstration_project(), used), amina)
            freeze_demonstrations(by=ada, name="d", query=EVERYTHING)
        else:
            freeze_prompts(by=ada, name="p", query=SnapshotQuery(num_validation_prompts=1))

        with pytest.raises(Refused, match=f"{other.pk}"):
            kept(ada, other)

    def test_prompts_that_were_only_sampled_from_taught_nobody_and_can_be_kept(self, settings, ada):
        prompt = held_out()
        sampled = freeze_these_prompts(by=ada, name="s", prompt_ids=[prompt.pk])
        run = make_run_in("queued", stage=Run.Stage.SAMPLING, created_by=ada, **ANY_RUN)
        RunInput.objects.create(run=run, role="prompts", snapshot=sampled)

        assert ids_of(settings, kept(ada, prompt)) == [prompt.pk]

    def test_labels_of_kept_prompts_are_in_no_later_snapshot_to_train_with(
        self, settings, ada, amina
    ):
        """R49: nor those of another prompt of the same key."""
        key = user_key_in("validation")
        for_evaluation, same_key = make_prompt(user_key=key), make_prompt(user_key=key)
        free, judging = make_prompt(split="train"), held_out()
        ranking, writing = make_ranking_project(), make_demonstration_project()
        for prompt in (same_key, free):
            make_ranking(make_task(ranking, prompt), amina, [1, 2, 3, 4])
            make_demonstration(make_task(writing, prompt), amina)
        kept(ada, for_evaluation)
        everything = SnapshotQuery(num_validation_prompts=9)

        ranked = freeze_rankings(by=ada, name="r", query=EVERYTHING)
        written = freeze_demonstrations(by=ada, name="d", query=EVERYTHING)
        asked = freeze_prompts(by=ada, name="p", query=everything)

        assert ids_of(settings, ranked) == ids_of(settings, written) == [free.pk]
        assert ids_of(settings, asked) == [free.pk, judging.pk]
        for kind, frozen in (("rm", ranked), ("sft", written)):
            seen = preview(kind=kind, query=EVERYTHING)
            assert seen.counts == frozen.counts
            assert "The labels of 1 prompt are left out: kept for evaluation." in seen.problems


def ask(stage, **inputs):
    chosen = {role: one.pk for role, one in inputs.items()}
    return check_request(RunRequest(stage=stage, inputs=chosen)).fields


class TestRuns:
    def test_a_sampling_run_answers_them_and_no_policy_learns_from_them(self, ada, base_model):
        """R36, R51."""
        snapshot = kept(ada, held_out())

        assert ask("sampling", model=base_model, prompts=snapshot) == {}
        refused = ask("ppo", policy=base_model, prompts=snapshot)
        assert refused["inputs.prompts"] == ["must be of kind ppo, not eval"]

    def test_a_policy_cannot_learn_from_prompts_that_were_kept_since_they_were_frozen(
        self, ada, base_model
    ):
        """R49: a list to be sampled from, chosen prompt by prompt, keeps its kind."""
        kept_prompt, free = held_out(), make_prompt(split="train")
        kept(ada, kept_prompt)
        leaking = freeze_these_prompts(by=ada, name="l", prompt_ids=[kept_prompt.pk, free.pk])
        clean = freeze_these_prompts(by=ada, name="c", prompt_ids=[free.pk])

        assert ask("ppo", policy=base_model, prompts=leaking)["inputs.prompts"] == [
            "1 of its prompts is kept for evaluation: freeze prompts without them"
        ]
        assert "inputs.prompts" not in ask("ppo", policy=base_model, prompts=clean)
        assert ask("sampling", model=base_model, prompts=leaking) == {}


class TestEvaluations:
    def test_an_evaluation_takes_the_prompts_that_a_snapshot_keeps(self, ada):
        """R34: a fixed set of prompts."""
        sources = three_sources()
        chosen = answered_prompt(sources, each=2, split="validation")
        answered_prompt(sources, each=2, split="validation")
        snapshot = kept(ada, chosen)

        made = post(
            ada,
            "",
            wanted(sources, prompts={"num_prompts": 100, "snapshot": str(snapshot.pk)}),
        )

        assert made.status_code == 201
        assert Task.objects.get().prompt == chosen

    def test_a_snapshot_to_train_with_gives_an_evaluation_no_prompts(self, ada):
        sources = three_sources()
        prompt = answered_prompt(sources, each=2)
        trained = freeze_these_prompts(by=ada, name="t", prompt_ids=[prompt.pk])

        answer = post(
            ada,
            "",
            wanted(sources, prompts={"num_prompts": 100, "snapshot": str(trained.pk)}),
        )

        assert answer.status_code == 422
        assert answer.json()["fields"] == {
            "prompts.snapshot": ["There is no snapshot of kind eval with this id."]
        }

    def test_it_is_frozen_and_exported_over_http(self, ada):
        prompt = held_out()

        made = freeze_over_http(ada, kind="eval", num_validation_prompts=10)

        assert made["kind"] == "eval"
        [line] = client_of(ada).get(f"/api/snapshots/{made['id']}/records/").streaming_content
        assert f'"prompt_id":{prompt.pk}'.encode() in line
