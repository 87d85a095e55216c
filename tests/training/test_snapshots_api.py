"""Snapshots over HTTP."""

import hashlib
import uuid

import pytest

from tests.cast import client_of, make_prompt, make_ranking, make_ranking_project, make_task
from tests.training.freezing import ask_to_freeze, ended_freezing, freeze_over_http
from training.models import Freezing, Snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def ranking(amina):
    task = make_task(make_ranking_project(), make_prompt(split="train"))
    return make_ranking(task, amina, [1, 2, 3, 4])


def test_an_admin_freezes_what_there_is(ada, ranking):
    body = freeze_over_http(ada)

    assert (body["name"], body["kind"], body["num_records"]) == ("all", "rm", 1)
    assert body["counts"]["pairs"] == 6
    assert body["created_by"] == {"id": ada.pk, "display_name": "Ada"}
    assert body["bytes"] > 0


def test_the_download_hashes_to_the_snapshots_hash_every_time(ada, rosa, ranking):
    """R49: byte-identical export, by the same hash."""
    snapshot = freeze_over_http(ada)
    client = client_of(rosa)

    downloads = [client.get(f"/api/snapshots/{snapshot['id']}/records/") for _ in range(2)]

    bodies = {b"".join(one.streaming_content) for one in downloads}
    assert [hashlib.sha256(body).hexdigest() for body in bodies] == [snapshot["sha256"]]
    assert downloads[0]["Content-Type"] == "application/jsonl"
    assert downloads[0]["Content-Disposition"] == (
        f'attachment; filename="rm-{snapshot["sha256"][:12]}.jsonl"'
    )


def test_a_researcher_previews_and_does_not_freeze(rosa, ranking):
    seen = client_of(rosa).post("/api/snapshots/preview/", {"kind": "rm"}, format="json")

    assert seen.status_code == 200
    assert seen.json()["counts"]["rankings"] == 1
    assert "No prompt is in the validation split" in seen.json()["problems"][0]
    assert ask_to_freeze(rosa).status_code == 403
    assert not Snapshot.objects.exists()


def test_nothing_to_freeze_fails_with_the_reason(ada):
    freezing = ended_freezing(ada)

    assert (freezing["state"], freezing["snapshot_id"]) == ("failed", None)
    assert "No sealed ranking" in freezing["failure"]
    assert not Snapshot.objects.exists()


def test_prompts_can_be_chosen_one_by_one(ada):
    wanted, _ = make_prompt(split="validation"), make_prompt(split="train")

    body = freeze_over_http(ada, kind="ppo", prompt_ids=[wanted.pk])

    assert body["counts"]["validation"] == body["num_records"] == 1


def test_pretraining_text_is_taken_as_it_is(ada):
    body = freeze_over_http(ada, kind="pretrain", text="  One.\n\nTwo.")

    assert body["counts"] == {"documents": 2, "characters": 10}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "exam"}, "kind"),
        ({"project_ids": ["x"]}, "project_ids.0"),
        ({"project_ids": [0]}, "project_ids.0"),
        ({"validation_share": 0.05}, "validation_share"),
        ({"validation_share": 0.9}, "validation_share"),
        ({"prompt_category": "weather"}, "prompt_category"),
        ({"prompt_sources": ["nobody"]}, "prompt_sources.0"),
        ({"name": ""}, "name"),
        ({"name": "Week 3\n# A heading of its card"}, "name"),
    ],
)
def test_a_malformed_wish_names_its_field(ada, change, field):
    answer = ask_to_freeze(ada, **change)

    assert answer.status_code == 400
    assert field in answer.json()["fields"]
    assert not Freezing.objects.exists()


def test_the_list_is_newest_first_and_by_kind(ada, rosa, ranking, django_assert_num_queries):
    for name in ("one", "two", "three"):
        freeze_over_http(ada, name=name)
    freeze_over_http(ada, kind="pretrain", text="Some.")
    client = client_of(rosa)
    client.get("/api/snapshots/")

    with django_assert_num_queries(3):
        answer = client.get("/api/snapshots/?kind=rm")

    assert [one["name"] for one in answer.json()["results"]] == ["three", "two", "one"]


@pytest.mark.parametrize("page", ["", "records/"])
def test_what_is_not_there_is_a_404(rosa, page):
    assert client_of(rosa).get(f"/api/snapshots/{uuid.uuid4()}/{page}").status_code == 404
