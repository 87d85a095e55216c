"""Candidate, staging, current: who may promote what on which grounds, and the way back (R87)."""

import io
import tarfile
import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from labeling.models import AuditEntry, Project
from tests.cast import client_of, make_completions, make_ranking, make_source
from tests.training.chains import make_ended_run
from tests.training.evaluations import answered_prompt, post, wanted
from training.models import Artifact, ModelVersion, Promotion

pytestmark = pytest.mark.django_db
ACCURACY = {"validation": {"accuracy": {"value": 0.7, "low": 0.6, "high": 0.8, "num_pairs": 50}}}


@pytest.fixture
def make_policy(ada, base_model, artifact):
    def make(name="model a"):
        version = make_ended_run(
            by=ada, stage="ppo", artifact=artifact, inputs={"policy": base_model}
        )
        version.completion_source = make_source(name)
        version.save()
        return version

    return make


@pytest.fixture
def policy(make_policy):
    return make_policy()


@pytest.fixture
def evaluation(ada, policy) -> Project:
    """Twenty-one prompts: the baseline, three answers of the policy."""
    baseline = make_source("the baseline")
    for number in range(21):
        answered_prompt([baseline], text=f"Prompt {number}?")
    for completion in list(baseline.completions.all()):
        make_completions(
            completion.prompt,
            texts=["a one", "a two", "a three"],
            source=policy.completion_source,
        )
    opened = post(ada, "", wanted([baseline, policy.completion_source]))
    assert opened.status_code == 201, opened.json()
    return Project.objects.get(pk=opened.json()["id"])


def promote(person, version, stage, **more):
    return client_of(person).post(
        f"/api/model-versions/{version.pk}/promotions/", {"stage": stage, **more}, format="json"
    )


def shown(person, version):
    return client_of(person).get(f"/api/model-versions/{version.pk}/promotions/").json()


def stages(person):
    listed = client_of(person).get("/api/model-versions/").json()["results"]
    return {one["name"]: one["stage"] for one in listed}


def test_a_version_goes_from_candidate_over_staging_to_current(ada, rosa, policy):
    for stage in ("candidate", "staging"):
        assert promote(ada, policy, stage).status_code == 201
    answer = promote(ada, policy, "current", override_reason="The demo needs one.")

    assert answer.status_code == 201
    assert answer.json()["stage"] == stages(rosa)[policy.name] == "current"
    assert [one["stage"] for one in answer.json()["history"]] == ["current", "staging", "candidate"]
    assert answer.json()["history"][0]["override_reason"] == "The demo needs one."


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_nothing_becomes_current_without_an_evaluation_or_a_reason(ada, policy, reason):
    answer = promote(ada, policy, "current", override_reason=reason)

    assert (answer.status_code, answer.json()["code"]) == (422, "needs_evidence")
    assert list(answer.json()["fields"]) == ["override_reason"]
    assert not Promotion.objects.exists()


def test_an_evaluation_by_people_is_reason_enough_and_its_figures_are_kept(
    ada, rosa, amina, policy, evaluation
):
    # The policy is above the baseline in 14 tasks of 21.
    for number, task in enumerate(evaluation.tasks.all()):
        make_ranking(task, amina, [1, 2, 3, 4] if number % 3 == 0 else [4, 1, 2, 3])

    [grounds] = shown(rosa, policy)["evaluations"]
    answer = promote(ada, policy, "current", evaluation=evaluation.pk)

    assert answer.status_code == 201
    kept = answer.json()["history"][0]
    assert kept["evaluation"] == {"id": evaluation.pk, "name": evaluation.name}
    assert kept["evidence"] == grounds["evidence"]
    assert kept["evidence"]["value"] == pytest.approx(14 / 21)
    assert kept["evidence"]["low"] < 14 / 21 < kept["evidence"]["high"]
    assert kept["evidence"]["num_labelers"] == 1
    assert kept["evidence"]["compared_with"] == "the baseline"
    # The registry shows it too, also after a promotion that stood on a reason.
    promote(ada, policy, "withdrawn", override_reason="It flatters.")
    listed = client_of(rosa).get("/api/model-versions/").json()["results"]
    figures = {one["name"]: one["evidence"] for one in listed}
    assert figures.pop(policy.name) == kept["evidence"]
    assert set(figures.values()) == {None}


def test_simulated_labelers_promote_nobody(ada, sim, policy, evaluation):
    for task in evaluation.tasks.all():
        make_ranking(task, sim, [4, 1, 2, 3])

    answer = promote(ada, policy, "current", evaluation=evaluation.pk)

    assert (answer.status_code, answer.json()["code"]) == (422, "no_figures")
    assert list(answer.json()["fields"]) == ["evaluation"]


def test_an_evaluation_of_other_models_says_nothing_of_this_one(ada, make_policy, evaluation):
    answer = promote(ada, make_policy("another"), "staging", evaluation=evaluation.pk)

    assert (answer.status_code, answer.json()["code"]) == (422, "no_figures")


def test_a_reward_model_stands_on_its_held_out_accuracy(ada, base_model, artifact):
    version = make_ended_run(
        by=ada,
        stage="reward_model",
        artifact=artifact,
        inputs={"base_model": base_model},
        report=ACCURACY,
    )

    answer = promote(ada, version, "current")

    assert answer.status_code == 201
    assert answer.json()["history"][0]["evidence"] == {
        "kind": "held_out_accuracy",
        "value": 0.7,
        "low": 0.6,
        "high": 0.8,
        "num_pairs": 50,
    }


def test_a_reward_model_of_simulated_labelers_needs_a_reason(
    ada, base_model, artifact, make_snapshot
):
    """Its held-out pairs are theirs too, so it stands on nothing that people said (R87)."""
    rankings = make_snapshot("rm", query={"include_simulated": True})
    version = make_ended_run(
        by=ada,
        stage="reward_model",
        artifact=artifact,
        inputs={"base_model": base_model, "rankings": rankings},
        report=ACCURACY,
    )

    said = shown(ada, version)
    assert said["held_out_accuracy"] is None
    assert "simulated labelers" in said["why_no_held_out_accuracy"]
    refused = promote(ada, version, "current")
    assert (refused.status_code, refused.json()["code"]) == (422, "needs_evidence")
    assert said["why_no_held_out_accuracy"] in refused.json()["fields"]["override_reason"][0]

    promoted = promote(ada, version, "current", override_reason="A rehearsal.")

    assert promoted.status_code == 201
    assert promoted.json()["history"][0]["evidence"] is None


def test_a_reward_model_of_people_stands_on_its_accuracy_whatever_else_it_read(
    ada, base_model, artifact, make_snapshot
):
    version = make_ended_run(
        by=ada,
        stage="reward_model",
        artifact=artifact,
        inputs={
            "base_model": base_model,
            "rankings": make_snapshot("rm", query={"include_simulated": False}),
            "demonstrations": make_snapshot("sft", query={"include_simulated": True}),
        },
        report=ACCURACY,
    )

    assert shown(ada, version)["why_no_held_out_accuracy"] == ""
    assert promote(ada, version, "current").status_code == 201


def test_one_version_of_a_kind_is_current_and_the_way_back_is_open(ada, rosa, make_policy):
    first, second = make_policy("one"), make_policy("two")
    promote(ada, first, "current", override_reason="the first")
    promote(ada, second, "current", override_reason="better")
    assert stages(rosa)[first.name] == "former"
    assert shown(rosa, second)["can_roll_back"]

    answer = client_of(ada).post(
        f"/api/model-versions/{second.pk}/roll-back/", {"reason": "It flatters."}, format="json"
    )

    assert answer.status_code == 201
    assert answer.json()["stage"] == "former"
    assert answer.json()["current"]["name"] == first.name
    assert stages(rosa)[first.name] == "current"
    newest = shown(rosa, first)["history"][0]
    assert (newest["override_reason"], newest["replaces"]["name"]) == ("It flatters.", second.name)


def test_there_is_nothing_to_roll_back_to_before_the_second(ada, policy):
    address = f"/api/model-versions/{policy.pk}/roll-back/"
    client = client_of(ada)
    assert client.post(address, {"reason": "x"}, format="json").json()["code"] == "not_current"

    promote(ada, policy, "current", override_reason="the first")

    assert client.post(address, {"reason": "x"}, format="json").json()["code"] == "nothing_before"
    assert client.post(address, {"reason": ""}, format="json").status_code == 400


def roll_back(person, version, reason):
    address = f"/api/model-versions/{version.pk}/roll-back/"
    return client_of(person).post(address, {"reason": reason}, format="json")


def test_nobody_rolls_back_without_a_reason(ada, make_policy):
    """A space is none; the field is named and nothing has changed."""
    first, second = make_policy("one"), make_policy("two")
    promote(ada, first, "current", override_reason="the first")
    promote(ada, second, "current", override_reason="better")

    answer = roll_back(ada, second, "  ")

    assert (answer.status_code, answer.json()["code"]) == (422, "needs_reason")
    assert list(answer.json()["fields"]) == ["reason"]
    assert Promotion.objects.count() == 2


def test_a_version_that_was_withdrawn_meanwhile_does_not_come_back_unnoticed(ada, make_policy):
    first, second = make_policy("one"), make_policy("two")
    promote(ada, first, "current", override_reason="the first")
    promote(ada, second, "current", override_reason="better")
    promote(ada, first, "withdrawn")

    answer = roll_back(ada, second, "It flatters.")

    assert (answer.status_code, answer.json()["code"]) == (409, "was_withdrawn")
    assert first.name in answer.json()["detail"]


def test_a_withdrawn_version_is_current_no_longer_and_nobody_takes_its_place(ada, rosa, policy):
    promote(ada, policy, "current", override_reason="the first")
    promote(ada, policy, "withdrawn")

    assert shown(rosa, policy)["current"] is None
    assert stages(rosa)[policy.name] == "withdrawn"


def test_promoting_twice_is_a_conflict(ada, policy):
    promote(ada, policy, "candidate")

    assert promote(ada, policy, "candidate").json()["code"] == "already_there"
    assert Promotion.objects.count() == 1


def test_a_base_model_has_no_stage(ada, base_model):
    answer = promote(ada, base_model, "candidate")

    assert (answer.status_code, answer.json()["code"]) == (409, "not_promotable")
    assert not shown(ada, base_model)["can_be_promoted"]


def test_every_promotion_stands_in_the_audit_trail(ada, policy):
    promote(ada, policy, "current", override_reason="The demo needs one.")

    entry = AuditEntry.objects.get(subject_kind="modelversion", subject_id=str(policy.pk))
    assert (entry.actor, entry.action) == (ada, "promote_model_version")
    assert entry.details == {
        "name": policy.name,
        "stage": "current",
        "was": "none",
        "reason": "The demo needs one.",
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"stage": "best"}, "stage"),
        ({}, "stage"),
        ({"stage": "current", "evaluation": "x; rm -rf /"}, "evaluation"),
        ({"stage": "current", "evaluation": 0}, "evaluation"),
        ({"stage": "current", "evaluation": 4711}, "evaluation"),
        ({"stage": "current", "override_reason": "x" * 2_001}, "override_reason"),
    ],
)
def test_nonsense_is_named_by_its_field(ada, policy, body, field):
    answer = client_of(ada).post(
        f"/api/model-versions/{policy.pk}/promotions/", body, format="json"
    )

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
    assert not Promotion.objects.exists()


def test_a_researcher_looks_and_does_not_promote(rosa, policy):
    assert promote(rosa, policy, "candidate").status_code == 403
    assert shown(rosa, policy)["history"] == []


def test_what_is_not_there_is_a_404(ada):
    for page in ("promotions", "download"):
        address = f"/api/model-versions/{uuid.uuid4()}/{page}/"
        assert client_of(ada).get(address).status_code == 404


def test_a_promotion_is_kept_for_good(ada, policy):
    promote(ada, policy, "candidate")

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE training_promotion SET stage = 'withdrawn'")
    with pytest.raises(IntegrityError), transaction.atomic():
        Promotion.objects.create(model_version=policy, stage="current", promoted_by=ada)


def test_stages_cost_the_list_no_query(ada, rosa, make_policy, django_assert_num_queries):
    for name in ("one", "two", "three"):
        promote(ada, make_policy(name), "current", override_reason="so")
    client = client_of(rosa)
    client.get("/api/model-versions/")

    # Session, account, and the models.
    with django_assert_num_queries(3):
        client.get("/api/model-versions/")


def test_a_model_is_downloaded_as_one_archive_the_same_each_time(rosa, policy):
    client = client_of(rosa)

    answers = [client.get(f"/api/model-versions/{policy.pk}/download/") for _ in range(2)]
    first, second = (b"".join(answer.streaming_content) for answer in answers)

    assert first == second
    assert int(answers[0]["Content-Length"]) == len(first)
    assert f"-{policy.artifact_id[:12]}.tar" in answers[0]["Content-Disposition"]
    with tarfile.open(fileobj=io.BytesIO(first)) as archive:
        [name] = archive.getnames()
        assert archive.extractfile(name).read() == b'{"trained": true}'
    assert name.endswith("/config.json")


def test_a_model_whose_files_are_gone_says_so(rosa, policy):
    ModelVersion.objects.filter(pk=policy.pk).update(
        artifact=Artifact.objects.create(sha256="f" * 64, kind="model", num_bytes=1)
    )

    answer = client_of(rosa).get(f"/api/model-versions/{policy.pk}/download/")

    assert (answer.status_code, answer.json()["code"]) == (409, "files_missing")
