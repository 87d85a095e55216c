"""From a policy back to every human label, and from a label forward to every model (R53)."""

import uuid
from dataclasses import asdict
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from labeling.errors import NotAccessible
from tests.cast import (
    client_of,
    long_ago,
    make_demonstration,
    make_demonstration_project,
    make_ranking,
    make_ranking_project,
    make_task,
)
from tests.training.chains import make_ended_run
from training.models import LabelsBehind, RunAttempt
from training.selectors.lineage import (
    LABELS_BEHIND,
    TOUCHED_BY_RANKING,
    count_labels_behind,
    descent_of_ranking,
    labels_behind,
    lineage_of,
)
from training.selectors.model_versions import access_model_version
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import freeze_demonstrations, freeze_rankings

pytestmark = pytest.mark.django_db
EVERYTHING = SnapshotQuery()


@pytest.fixture
def road(cast, base_model, artifact):
    """base -> SFT on Amina's demonstration -> RM on two rankings -> policy, as in the paper."""
    ada = cast.ada
    task = make_task(make_ranking_project(overlap=3))
    first = make_ranking(task, cast.amina, [1, 2, 3, 4])
    second = make_ranking(
        task, cast.otto, [2, 1, 3, 4], submitted_at=long_ago() + timedelta(hours=1)
    )
    make_demonstration(make_task(make_demonstration_project()), cast.amina)
    demonstrations = freeze_demonstrations(by=ada, name="d", query=EVERYTHING)
    rankings = freeze_rankings(by=ada, name="r", query=EVERYTHING)
    sft = make_ended_run(
        by=ada,
        stage="sft",
        artifact=artifact,
        inputs={"base_model": base_model, "demonstrations": demonstrations},
    )
    rm = make_ended_run(
        by=ada,
        stage="reward_model",
        artifact=artifact,
        inputs={"base_model": sft, "rankings": rankings, "demonstrations": demonstrations},
    )
    policy = make_ended_run(
        by=ada, stage="ppo", artifact=artifact, inputs={"policy": sft, "reward_model": rm}
    )
    return {
        "task": task,
        "first": first,
        "second": second,
        "snapshots": {"d": demonstrations, "r": rankings},
        "sft": sft,
        "rm": rm,
        "policy": policy,
    }


def test_a_policy_knows_its_parents_and_all_the_snapshots_behind_it(road):
    lineage = lineage_of(road["policy"])

    assert {one.role: one.model_version for one in lineage.parents} == {
        "policy": road["sft"],
        "reward_model": road["rm"],
    }
    used = {(one.role, one.snapshot.name, one.used_for.pk) for one in lineage.snapshots}
    assert used == {
        ("demonstrations", "d", road["sft"].pk),
        ("demonstrations", "d", road["rm"].pk),
        ("rankings", "r", road["rm"].pk),
    }


def test_each_label_counts_once_however_often_it_was_used(road):
    """Amina wrote the demonstration and one ranking: three labels, two labelers."""
    labels = lineage_of(road["policy"]).labels

    assert (labels.num_rankings, labels.num_demonstrations, labels.num_labelers) == (2, 1, 2)
    assert labels.ranking_ids == [road["first"].pk, road["second"].pk]
    assert labels.last_at == road["second"].submitted_at
    assert labels.first_at is not None
    assert labels.first_at < labels.last_at


def test_a_model_is_not_charged_with_labels_that_came_later(road):
    labels = lineage_of(road["sft"]).labels

    assert (labels.num_rankings, labels.num_demonstrations, labels.num_labelers) == (0, 1, 1)


def test_a_base_model_has_no_lineage(base_model):
    lineage = lineage_of(base_model)

    assert (lineage.parents, lineage.snapshots) == ([], [])
    assert lineage.labels.num_labelers == 0
    assert lineage.labels.first_at is None


def test_a_ranking_knows_every_model_it_touched(road):
    """The SFT model saw no ranking; the reward model did, and the policy learned from that."""
    descent = descent_of_ranking(road["first"].pk)

    assert descent.snapshots == [road["snapshots"]["r"]]
    assert {one.pk for one in descent.model_versions} == {road["rm"].pk, road["policy"].pk}


def test_a_ranking_that_was_never_frozen_touched_nothing(road, amina, cast):
    later = make_ranking(make_task(make_ranking_project()), amina, [1, 2, 3, 4])

    descent = descent_of_ranking(later.pk)

    assert (descent.snapshots, descent.model_versions) == ([], [])


def test_an_unknown_ranking_is_not_there(db):
    with pytest.raises(NotAccessible):
        descent_of_ranking(uuid.uuid4())


def test_the_cost_does_not_grow_with_the_depth(road, ada, artifact, django_assert_num_queries):
    """R53: the lineage of a policy, and of one five generations later, are as many queries each.

    Their labels were not counted when they were made, which is one query more than reading them.
    """
    policy = road["policy"]
    with django_assert_num_queries(4):
        lineage_of(policy)
    for _ in range(5):
        policy = make_ended_run(
            by=ada,
            stage="ppo",
            artifact=artifact,
            inputs={"policy": policy, "reward_model": road["rm"]},
        )

    with django_assert_num_queries(4):
        lineage = lineage_of(policy)
    with django_assert_num_queries(4):
        descent = descent_of_ranking(road["first"].pk)

    assert lineage.labels.num_rankings == 2
    assert len(descent.model_versions) == 7


def test_the_labels_behind_a_policy_are_one_query_to_count(road, django_assert_num_queries):
    with django_assert_num_queries(1):
        labels = count_labels_behind(road["policy"].pk)

    assert (labels.num_rankings, labels.num_labelers) == (2, 2)


def test_labels_that_were_counted_are_read_and_not_counted_again(road, django_assert_num_queries):
    """Decision 0032: the stored figures are those of the snapshots, and one query brings them."""
    policy = road["policy"]
    counted = count_labels_behind(policy.pk)
    before = labels_behind(policy.pk)
    LabelsBehind.objects.create(model_version=policy, **asdict(counted))

    with django_assert_num_queries(1):
        kept = labels_behind(policy.pk)

    assert kept == counted == before
    assert kept.ranking_ids == [road["first"].pk, road["second"].pk]


def test_the_labels_behind_a_model_are_counted_once_and_for_good(road):
    """R53."""
    policy = road["policy"]
    LabelsBehind.objects.create(model_version=policy, **asdict(count_labels_behind(policy.pk)))

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        LabelsBehind.objects.filter(model_version=policy).update(num_rankings=0)


@pytest.mark.parametrize("direction", ["back", "forward"])
def test_both_walks_go_by_indexes_and_read_no_table_of_links_through(road, direction):
    """With a million links each would otherwise be read to its end."""
    query, given = {
        "back": (LABELS_BEHIND, {"start": road["policy"].pk, "shown": 50}),
        "forward": (TOUCHED_BY_RANKING, {"start": road["first"].pk}),
    }[direction]

    with connection.cursor() as cursor:
        # So few rows would be read through whatever indexes there are.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {query}", given)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "training_snapshotranking" in plan
    for table in ("snapshotranking", "snapshotdemonstration", "runinput", "modelversion"):
        assert f"Seq Scan on training_{table}" not in plan


def test_the_page_of_a_model_shows_its_lineage(road, rosa):
    answer = client_of(rosa).get(f"/api/model-versions/{road['policy'].pk}/")

    lineage = answer.json()["lineage"]
    assert {one["role"]: one["model_version"]["name"] for one in lineage["parents"]} == {
        "policy": road["sft"].name,
        "reward_model": road["rm"].name,
    }
    assert lineage["labels"]["num_rankings"] == 2
    assert lineage["code_revision"] == "abc123"
    assert (lineage["seed"], lineage["hyperparameters"]) == (5, {"batch_size": 64})
    [rankings] = [one for one in lineage["snapshots"] if one["role"] == "rankings"]
    assert rankings["sha256"] == road["snapshots"]["r"].records_sha256
    assert rankings["used_for"]["id"] == str(road["rm"].pk)


def test_the_code_of_a_model_is_that_of_the_attempt_that_made_it(road, rosa):
    """R53: an upgrade came between the request and the attempt that succeeded."""
    run = road["policy"].run
    RunAttempt.objects.create(run=run, number=1, fence=1, host="a", code_revision="def456")
    RunAttempt.objects.create(run=run, number=2, fence=2, host="a", code_revision="fed789")

    answer = client_of(rosa).get(f"/api/model-versions/{road['policy'].pk}/")

    assert answer.json()["lineage"]["code_revision"] == "fed789"


def test_the_page_of_a_ranking_shows_what_it_touched(road, rosa):
    answer = client_of(rosa).get(f"/api/lineage/rankings/{road['second'].pk}/")

    body = answer.json()
    assert [one["name"] for one in body["snapshots"]] == ["r"]
    assert [one["kind"] for one in body["model_versions"]] == ["reward_model", "policy"]


@pytest.mark.parametrize("room", ["model-versions", "lineage/rankings"])
def test_what_is_not_there_is_a_404(rosa, room):
    assert client_of(rosa).get(f"/api/{room}/{uuid.uuid4()}/").status_code == 404


def test_the_list_of_models_costs_the_same_for_many(road, rosa, django_assert_num_queries):
    client = client_of(rosa)
    client.get("/api/model-versions/")

    # Session, account, and the models with their artifacts and runs.
    with django_assert_num_queries(3):
        answer = client.get("/api/model-versions/")

    assert len(answer.json()["results"]) == 4


def test_a_list_leaves_the_scores_of_single_completions_out(cast, base_model, artifact):
    report = {"validation": {"log_loss": 0.5, "scores": [[1, 0.25]]}}
    rm = make_ended_run(
        by=cast.ada,
        stage="reward_model",
        artifact=artifact,
        inputs={"base_model": base_model},
        report=report,
    )
    client = client_of(cast.rosa)

    listed = client.get("/api/model-versions/?kind=reward_model").json()["results"]
    shown = client.get(f"/api/model-versions/{rm.pk}/").json()

    assert [one["report"] for one in listed] == [{"validation": {"log_loss": 0.5}}]
    assert shown["report"] == report


def test_access_needs_an_existing_version(db):
    with pytest.raises(NotAccessible):
        access_model_version(uuid.uuid4())
