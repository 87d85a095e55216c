"""Contested prompts: the list, one of them, settling it, taking it out (R46)."""

import math
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from labeling.models import Adjudication, AuditEntry, Project, PromptExclusion, Task, User
from labeling.selectors.rankings import rankings_for_training
from labeling.services.agreement_store import refresh_agreement
from tests.cast import (
    Cast,
    client_of,
    completions_of,
    make_project,
    make_ranking,
    make_task,
    make_user,
)

pytestmark = pytest.mark.django_db

ORDERS = {"agreed": ([1, 2, 3, 4], [1, 2, 3, 4]), "split": ([1, 2, 3, 4], [4, 3, 2, 1])}


def judged(cast: Cast, *kinds: str) -> list[Task]:
    project = make_project(overlap=2)
    tasks = []
    for kind in kinds:
        task = make_task(project)
        for labeler, ranks in zip((cast.amina, cast.otto), ORDERS[kind], strict=True):
            make_ranking(task, labeler, ranks)
        tasks.append(task)
    refresh_agreement()
    return tasks


def place(task: Task) -> str:
    return f"/api/contested-prompts/{task.project_id}/{task.prompt_id}/"


def listed(user: User, **filters: object) -> Any:
    refresh_agreement()
    return client_of(user).get("/api/contested-prompts/", filters).json()


def order(task: Task, *ranks: int) -> list[dict[str, int]]:
    return [
        {"completion_id": completion.pk, "rank": rank}
        for completion, rank in zip(completions_of(task), ranks, strict=True)
    ]


def settle(
    user: User, task: Task, *ranks: int, is_gold: bool = True, reason: str = "Clear."
) -> Any:
    body = {"ranks": order(task, *ranks), "is_gold": is_gold, "reason": reason}
    return client_of(user).post(f"{place(task)}adjudication/", body, format="json")


def test_the_least_agreement_comes_first(cast: Cast) -> None:
    agreed, split = judged(cast, "agreed", "split")

    body = listed(cast.rosa)

    assert body["num_prompts"] == 2
    assert [(row["prompt_id"], row["concordance"]["value"]) for row in body["prompts"]] == [
        (split.prompt_id, 0),
        (agreed.prompt_id, 1),
    ]
    assert "half a point" in body["concordance_definition"]
    assert "jackknife over labelers" in body["concordance_interval_method"]


def test_entropy_times_traffic_puts_what_many_are_divided_on_first(cast: Cast) -> None:
    """Labeling 4.3, by hand.

    Four labelers, two and two against each other, are 1 bit on each of six pairs, times 4; two
    against each other 1 bit, times 2. A third who ties a pair that two order in opposite ways makes
    it log2 3 bits, and 3 of 6 such pairs, the rest 0, are half of that times 3.
    """
    project = make_project(overlap=4)
    many, thirds = make_task(project), make_task(project)
    people = [cast.amina, cast.otto, make_user("third"), make_user("fourth")]
    for labeler, ranks in zip(people, ([1, 2, 3, 4], [4, 3, 2, 1]) * 2, strict=True):
        make_ranking(many, labeler, ranks)
    for labeler, ranks in zip(people, ([1, 2, 3, 4], [3, 2, 1, 4], [1, 1, 1, 2]), strict=False):
        make_ranking(thirds, labeler, ranks)
    (two,) = judged(cast, "split")

    rows = listed(cast.rosa, order="entropy_traffic")

    assert [row["prompt_id"] for row in rows["prompts"]] == [
        many.prompt_id,
        thirds.prompt_id,
        two.prompt_id,
    ]
    found = {row["prompt_id"]: (row["entropy"], row["score"]) for row in rows["prompts"]}
    assert found[many.prompt_id] == (1.0, 4.0)
    assert found[two.prompt_id] == (1.0, 2.0)
    bits = math.log2(3) / 2
    assert found[thirds.prompt_id] == (pytest.approx(bits), pytest.approx(3 * bits))
    assert "entropy of the answers" in rows["entropy_definition"]
    by_agreement = listed(cast.rosa)
    assert by_agreement["prompts"][0]["prompt_id"] == two.prompt_id


def test_the_agreement_on_a_prompt_has_an_interval_over_its_labelers_and_an_n(cast: Cast) -> None:
    """R46, by hand: as stored of every two labelers it is what it is of the prompt.

    Five labelers on six pairs: four agree on all, the fifth ties the first two and is one order
    with them otherwise, 5.5 of 6 with each: 58 of 60. Without the fifth 1, without another 23/24.
    """
    project = make_project(overlap=5)
    task = make_task(project)
    for labeler, ranks in zip(
        (cast.amina, cast.otto, make_user("third"), make_user("fourth"), make_user("fifth")),
        (*[[1, 2, 3, 4]] * 4, [1, 1, 2, 3]),
        strict=True,
    ):
        make_ranking(task, labeler, ranks)
    (two,) = judged(cast, "split")

    rows = {row["prompt_id"]: row["concordance"] for row in listed(cast.rosa)["prompts"]}

    five = rows[task.prompt_id]
    assert (five["value"], five["num_pairs"]) == (pytest.approx(58 / 60), 60)
    # Around the mean 29/30: four fifths of 4 x (1/120)^2 + (1/30)^2 are (1/30)^2.
    assert five["low"] == pytest.approx(58 / 60 - 2.7764 / 30, abs=1e-4)
    assert five["high"] == 1
    assert (rows[two.prompt_id]["value"], rows[two.prompt_id]["num_pairs"]) == (0, 6)
    assert rows[two.prompt_id]["reason_no_interval"] == (
        "Too few labelers for a useful interval: 5 are needed."
    )


@pytest.mark.parametrize("num_prompts", [1, 4])
def test_the_list_takes_as_many_queries_for_any_number_of_prompts(
    cast: Cast, num_prompts: int, django_assert_num_queries: Any
) -> None:
    judged(cast, *["split"] * num_prompts)
    client = client_of(cast.rosa)

    # The session and the account; prompts, what every two labelers said of them, how many there
    # are, those excluded.
    with django_assert_num_queries(6):
        client.get("/api/contested-prompts/")


def test_an_order_that_there_is_not_is_refused(cast: Cast) -> None:
    refused = client_of(cast.rosa).get("/api/contested-prompts/", {"order": "newest"})

    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["order"])


def test_the_list_takes_the_agreements_choices(cast: Cast) -> None:
    judged(cast, "split")

    assert listed(cast.rosa, pool="held_out")["prompts"] == []
    assert client_of(cast.rosa).get("/api/contested-prompts/", {"k": "x"}).status_code == 400


def test_a_tenth_keeps_the_prompts_behind_a_bar_of_the_histogram(cast: Cast) -> None:
    agreed, split = judged(cast, "agreed", "split")

    def in_tenth(tenth: object) -> list[int]:
        return [row["prompt_id"] for row in listed(cast.rosa, tenth=tenth)["prompts"]]

    assert (in_tenth(0), in_tenth(5), in_tenth(9)) == ([split.prompt_id], [], [agreed.prompt_id])
    refused = client_of(cast.rosa).get("/api/contested-prompts/", {"tenth": 10})
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["tenth"])


def test_one_prompt_shows_every_order_side_by_side(cast: Cast) -> None:
    (task,) = judged(cast, "split")

    body = client_of(cast.rosa).get(place(task)).json()

    assert [ladder["labeler"]["display_name"] for ladder in body["ladders"]] == ["Amina", "Otto"]
    best = [ladder["items"][0]["completion_id"] for ladder in body["ladders"]]
    shown = [completion.pk for completion in completions_of(task)]
    assert best == [shown[0], shown[3]]
    w, tau = body["kendall_w"], body["mean_tau_b"]
    assert (w["value"], w["num_pairs"]) == (0, 2)
    assert (tau["value"], tau["num_pairs"]) == (-1, 1)
    assert w["low"] is None
    assert w["reason_no_interval"] == "Too few labelers for a useful interval: 5 are needed."
    assert "jackknife" in body["concordance_interval_method"]
    assert body["completions"][0]["source_name"]
    assert body["adjudication"] is body["exclusion"] is None


def test_concordance_is_of_people_once_each_and_every_order_is_shown(cast: Cast) -> None:
    """R46: a simulated labeler, and an order that its labeler gave anew, made two people four.

    Amina's second order is Otto's, so W and tau-b are 1. Over all four orders, two of each, the
    sums of ranks would be alike and W 0.
    """
    (task,) = judged(cast, "split")
    again = make_task(task.project, task.prompt, completions_of(task))
    make_ranking(again, cast.amina, [4, 3, 2, 1], submitted_at=timezone.now() - timedelta(hours=9))
    make_ranking(again, cast.sim, [1, 2, 3, 4])

    body = client_of(cast.rosa).get(place(task)).json()

    shown = [ladder["labeler"]["display_name"] for ladder in body["ladders"]]
    assert sorted(shown) == ["Amina", "Amina", "Otto", cast.sim.display_name]
    assert (body["kendall_w"]["value"], body["kendall_w"]["num_pairs"]) == (1, 2)
    assert (body["mean_tau_b"]["value"], body["mean_tau_b"]["num_pairs"]) == (1, 1)


def test_a_single_order_has_no_concordance_and_says_why(cast: Cast) -> None:
    task = make_task(make_project())
    make_ranking(task, cast.amina, [1, 2, 3, 4])

    body = client_of(cast.rosa).get(place(task)).json()

    for found in (body["kendall_w"], body["mean_tau_b"]):
        assert found["value"] is None
        assert "No two labelers" in found["reason_undefined"]


@pytest.mark.parametrize("num_labelers", [2, 5])
def test_reading_one_takes_as_many_queries_for_any_number_of_orders(
    cast: Cast, num_labelers: int, django_assert_num_queries: Any
) -> None:
    task = make_task(make_project(overlap=num_labelers))
    people = [cast.amina, cast.otto, cast.hana, cast.sim, cast.ada][:num_labelers]
    for labeler in people:
        make_ranking(task, labeler, [1, 2, 3, 4])
    client = client_of(cast.rosa)

    # The session and the account; project, prompt, orders with items and with questions,
    # completions, two decisions.
    with django_assert_num_queries(10):
        client.get(place(task))


def test_a_researcher_settles_it_and_a_later_order_takes_its_place(cast: Cast) -> None:
    (task,) = judged(cast, "split")

    first = settle(cast.rosa, task, 1, 1, 3, 4)
    second = settle(cast.rosa, task, 2, 1, 1, 1, is_gold=False, reason="Looked again.")

    assert (first.status_code, second.status_code) == (201, 201)
    live = Adjudication.objects.get(superseded_at__isnull=True)
    assert list(live.ranks.values()) == [2, 1, 1, 1]
    assert Adjudication.objects.count() == 2
    shown = client_of(cast.rosa).get(place(task)).json()["adjudication"]
    assert (shown["reason"], shown["author_name"]) == ("Looked again.", "Rosa")
    row = listed(cast.rosa)["prompts"][0]
    assert (row["is_adjudicated"], row["is_gold"]) == (True, False)
    actions = AuditEntry.objects.filter(action="prompt.adjudicated")
    assert actions.count() == 2


def test_ranks_are_stored_dense(cast: Cast) -> None:
    (task,) = judged(cast, "split")

    settle(cast.rosa, task, 2, 2, 5, 9)

    assert list(Adjudication.objects.get().ranks.values()) == [1, 1, 2, 3]


@pytest.mark.parametrize("change", ["one missing", "one twice", "no reason", "rank 0"])
def test_half_an_order_or_none_is_refused_by_name(cast: Cast, change: str) -> None:
    (task,) = judged(cast, "split")
    body: dict[str, Any] = {"ranks": order(task, 1, 2, 3, 4), "reason": "Clear."}
    if change == "one missing":
        body["ranks"].pop()
    if change == "one twice":
        body["ranks"][1] = body["ranks"][0]
    if change == "rank 0":
        body["ranks"][0]["rank"] = 0
    if change == "no reason":
        body["reason"] = "  "

    response = client_of(cast.rosa).post(f"{place(task)}adjudication/", body, format="json")

    assert response.status_code == 400
    (field,) = response.json()["fields"]
    assert field.startswith("reason" if change == "no reason" else "ranks")
    assert not Adjudication.objects.exists()


def test_an_excluded_prompt_leaves_training_and_statistics_until_it_is_let_back(cast: Cast) -> None:
    kept, out = judged(cast, "agreed", "split")
    client = client_of(cast.rosa)

    again = [
        client.post(f"{place(out)}exclusion/", {"reason": reason}, format="json").status_code
        for reason in ("The prompt is broken.", "Once more.")
    ]

    assert again == [201, 201]
    assert PromptExclusion.objects.get().reason == "The prompt is broken."
    assert {task.prompt_id for task in rankings_for_training()} == {kept.prompt_id}
    body = listed(cast.rosa)
    assert [row["prompt_id"] for row in body["prompts"]] == [kept.prompt_id]
    assert body["excluded"][0]["reason"] == "The prompt is broken."
    agreement = client.get("/api/agreement/").json()
    assert agreement["num_rankings"] == 2
    # It can still be read and let back.
    assert client.get(place(out)).json()["exclusion"]["author_name"] == "Rosa"

    assert client.delete(f"{place(out)}exclusion/").status_code == 204
    assert client.delete(f"{place(out)}exclusion/").status_code == 204

    assert {task.prompt_id for task in rankings_for_training()} == {kept.prompt_id, out.prompt_id}
    assert listed(cast.rosa)["num_prompts"] == 2
    assert AuditEntry.objects.filter(action="prompt.exclusion_lifted").count() == 1


def test_an_exclusion_holds_in_its_own_project_only(cast: Cast) -> None:
    (task,) = judged(cast, "agreed")
    other = make_task(make_project(), task.prompt, completions_of(task))
    make_ranking(other, cast.amina, [1, 2, 3, 4])

    client_of(cast.rosa).post(f"{place(task)}exclusion/", {"reason": "No."}, format="json")

    assert [one.task_id for one in rankings_for_training()] == [other.pk]


def test_labelers_are_measured_against_gold(cast: Cast) -> None:
    """Amina's order is the gold one in ten prompts, Otto's is its reverse."""
    for task in judged(cast, *["split"] * 10):
        settle(cast.rosa, task, 1, 2, 3, 4)

    rows = client_of(cast.rosa).get("/api/labeler-quality/").json()["labelers"]

    found = {
        row["labeler"]["display_name"]: next(
            fact for fact in row["facts"] if fact["key"] == "gold_agreement"
        )
        for row in rows
    }
    assert (found["Amina"]["value"], found["Otto"]["value"]) == (1, 0)
    assert found["Amina"]["num_counted"] == 10


def test_without_gold_the_fact_says_so(cast: Cast) -> None:
    judged(cast, "agreed")

    row = client_of(cast.rosa).get("/api/labeler-quality/").json()["labelers"][0]

    fact = next(fact for fact in row["facts"] if fact["key"] == "gold_agreement")
    assert fact["reason_undefined"] == (
        "Rankings of gold prompts so far: 0. At least 10 are needed, 10 more than that."
    )


def test_a_screenings_prompts_are_not_shown(cast: Cast) -> None:
    """R12: candidates' answers stand beside no name."""
    project = make_project(purpose=Project.Purpose.SCREENING)
    task = make_task(project)
    make_ranking(task, cast.amina, [1, 2, 3, 4])

    assert client_of(cast.rosa).get(place(task)).status_code == 404


def test_a_prompt_nobody_ranked_is_not_found(cast: Cast) -> None:
    task = make_task(make_project())

    assert client_of(cast.rosa).get(place(task)).status_code == 404
    assert settle(cast.rosa, task, 1, 2, 3, 4).status_code == 404


@pytest.mark.parametrize(("name", "status"), [("amina", 403), ("rosa", 200), ("ada", 200)])
def test_only_researchers_and_admins_see_them(cast: Cast, name: str, status: int) -> None:
    assert client_of(vars(cast)[name]).get("/api/contested-prompts/").status_code == status
