"""GET /api/agreement/: the figures of the page, for whom, over what, and what they cost (R42)."""

from typing import Any

import pytest
from django.utils import timezone

from labeling.models import Project, User
from labeling.services.agreement_store import refresh_agreement
from tests.cast import Cast, client_of, make_project, make_ranking, make_task, make_user
from tests.labeling.judgment_files import (
    as_array,
    as_lines,
    debate,
    duel,
    import_debates,
    import_duels,
)
from tests.labeling.work import rank, take

pytestmark = pytest.mark.django_db


def get(user: User | None, **parameters: object) -> Any:
    refresh_agreement()
    return client_of(user).get("/api/agreement/", parameters)


def figures(user: User, **parameters: object) -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in get(user, **parameters).json()["figures"]}


def judged_project(*rankings: tuple[User, list[int]], num_tasks: int = 6) -> Project:
    """Every task of the project is ranked in this way by these people."""
    project = make_project(overlap=len(rankings))
    for _ in range(num_tasks):
        task = make_task(project)
        for labeler, ranks in rankings:
            make_ranking(task, labeler, ranks)
    return project


def test_the_figures_of_two_labelers_who_differ_in_one_pair(cast: Cast) -> None:
    # Of the six pairs of each task the two agree on five; Otto's ranking ties nothing.
    project = judged_project((cast.amina, [1, 2, 3, 4]), (cast.otto, [1, 2, 4, 3]))

    body = get(cast.rosa, project=project.pk).json()

    strict = body["figures"][0]
    assert strict["key"] == "strict"
    assert strict["value"] == pytest.approx(5 / 6)
    # Every prompt says the same: an interval of no width would say that there is no doubt.
    assert strict["low"] is strict["high"] is None
    assert "the same value" in strict["reason_no_interval"]
    assert (strict["num_pairs"], strict["num_prompts"]) == (36, 6)
    assert strict["chance"] == 0.5
    assert strict["reason_undefined"] is None
    assert strict["counted"] == "comparisons between two labelers"
    assert "dropped" in strict["definition"]
    assert (body["num_rankings"], body["num_prompts"], body["num_labelers"]) == (12, 6, 2)


def test_a_tie_is_dropped_counted_or_half_counted_by_name(cast: Cast) -> None:
    # Amina: 1 < 2 < 3 < 4. Otto ties the last two: five pairs the same, one tie against a choice.
    project = judged_project((cast.amina, [1, 2, 3, 4]), (cast.otto, [1, 2, 3, 3]))

    found = figures(cast.rosa, project=project.pk)

    assert found["strict"]["value"] == 1
    assert found["ternary"]["value"] == pytest.approx(5 / 6)
    assert found["half_credit"]["value"] == pytest.approx(5.5 / 6)
    assert found["tie_share"]["value"] == pytest.approx(1 / 12)


def test_the_order_in_which_labelers_saw_the_completions_does_not_matter(
    cast: Cast, settings: Any
) -> None:
    """Alignment is by completion: each labeler's answer arrives in their own random order."""
    settings.TAKE_BACK_SECONDS = 0
    project = make_project(overlap=2)
    for _ in range(6):
        make_task(project)
    for labeler in (cast.amina, cast.otto):
        for _ in range(6):
            assignment = take(project, labeler)
            shown = [row.completion_id for row in assignment.presented.all()]
            rank(assignment, labeler, *(1 + sorted(shown).index(pk) for pk in shown))

    strict = figures(cast.rosa, project=project.pk)["strict"]

    assert (strict["value"], strict["num_pairs"]) == (1, 36)


def test_definition_tie_rule_and_interval_method_are_printed(cast: Cast) -> None:
    body = get(cast.rosa).json()

    assert "ties dropped" in body["definition"]["name"]
    assert "dropped" in body["definition"]["tie_rule"]
    assert "1,000 resamples of whole prompts" in body["definition"]["interval_method"]
    assert body["definition"]["minimum_comparisons"] == 20
    published = [(line["low"], line["value"], line["high"]) for line in body["reference_lines"]]
    assert published == [(0.711, 0.726, 0.741), (0.76, 0.773, 0.786)]
    assert all("2022" in line["source"] for line in body["reference_lines"])


def test_every_labeler_stands_against_the_others(cast: Cast) -> None:
    # Otto reverses everything that Amina and Hana agree on.
    project = judged_project(
        (cast.amina, [1, 2, 3, 4]), (cast.hana, [1, 2, 3, 4]), (cast.otto, [4, 3, 2, 1])
    )

    rows = get(cast.rosa, project=project.pk).json()["labelers"]

    shares = {row["labeler"]["display_name"]: row["agreement"]["value"] for row in rows}
    assert shares == {"Amina": 0.5, "Hana": 0.5, "Otto": 0.0}
    assert {row["num_rankings"] for row in rows} == {6}
    # Six pairs of six prompts, met with two others; nobody tied anything.
    ties = [row["tie_share"] for row in rows]
    assert {(one["value"], one["num_pairs"], one["num_prompts"]) for one in ties} == {(0, 72, 6)}


def test_the_kappas_are_of_every_two_labelers(cast: Cast) -> None:
    project = judged_project(
        (cast.amina, [1, 2, 3, 4]), (cast.hana, [1, 2, 3, 4]), (cast.otto, [4, 3, 2, 1])
    )

    rows = get(cast.rosa, project=project.pk).json()["together"]

    found = {
        frozenset([row["a"]["display_name"], row["b"]["display_name"]]): (
            row["kappa"]["value"],
            row["agreement"]["value"],
        )
        for row in rows
    }
    assert found == {
        frozenset(["Amina", "Hana"]): (1.0, 1.0),
        frozenset(["Amina", "Otto"]): (-1.0, 0.0),
        frozenset(["Hana", "Otto"]): (-1.0, 0.0),
    }
    assert {row["kappa"]["num_pairs"] for row in rows} == {36}
    assert {row["kappa"]["num_prompts"] for row in rows} == {6}


def test_a_pool_is_judged_by_itself(cast: Cast) -> None:
    """R42: training and held-out labelers are looked at separately."""
    nils = make_user("nils", pool="held_out")
    project = judged_project(
        (cast.amina, [1, 2, 3, 4]),
        (cast.otto, [4, 3, 2, 1]),
        (cast.hana, [1, 2, 3, 4]),
        (nils, [1, 2, 3, 4]),
    )

    training = figures(cast.rosa, project=project.pk, pool="training")
    held_out = figures(cast.rosa, project=project.pk, pool="held_out")

    assert training["strict"]["value"] == 0
    assert held_out["strict"]["value"] == 1


def test_simulated_labelers_count_only_when_asked_for(cast: Cast) -> None:
    project = judged_project((cast.amina, [1, 2, 3, 4]), (cast.sim, [1, 2, 3, 4]))

    without = get(cast.rosa, project=project.pk).json()
    included = get(cast.rosa, project=project.pk, include_simulated="true").json()

    assert without["num_labelers"] == 0
    assert without["figures"][0]["value"] is None
    assert included["figures"][0]["value"] == 1


def test_an_answer_that_can_still_be_taken_back_is_not_counted(cast: Cast) -> None:
    project = make_project(overlap=2)
    task = make_task(project)
    make_ranking(task, cast.amina, [1, 2, 3, 4])
    make_ranking(task, cast.otto, [1, 2, 3, 4], submitted_at=timezone.now())

    body = get(cast.rosa, project=project.pk).json()

    assert (body["num_rankings"], body["num_labelers"]) == (0, 0)


def test_a_superseded_ranking_is_not_counted(cast: Cast) -> None:
    project = judged_project((cast.amina, [1, 2, 3, 4]), num_tasks=1)
    Project.objects.get(pk=project.pk).tasks.get().rankings.update(superseded_at=timezone.now())

    assert get(cast.rosa, project=project.pk).json()["num_rankings"] == 0


def test_a_higher_overlap_counts_only_pairs_that_many_have_judged(cast: Cast) -> None:
    project = make_project(overlap=3)
    for _ in range(7):
        task = make_task(project)
        for labeler in (cast.amina, cast.otto, cast.hana):
            make_ranking(task, labeler, [1, 2, 3, 4])
    lonely = make_task(project)
    for labeler in (cast.amina, cast.otto):
        make_ranking(lonely, labeler, [1, 2, 3, 4])

    of_two = figures(cast.rosa, project=project.pk)
    of_three = figures(cast.rosa, project=project.pk, min_overlap=3)

    assert of_two["ternary"]["num_pairs"] == 7 * 18 + 6
    assert of_three["ternary"]["num_pairs"] == 7 * 18
    assert of_two["fleiss_kappa"]["value"] is None
    assert of_three["fleiss_kappa"]["value"] == 1


def test_too_little_overlap_says_how_much_is_there_and_needed(cast: Cast) -> None:
    project = judged_project((cast.amina, [1, 2, 3, 4]), (cast.otto, [1, 2, 3, 4]), num_tasks=3)

    strict = figures(cast.rosa, project=project.pk)["strict"]

    assert strict["value"] is None
    assert strict["reason_undefined"] == (
        "Comparisons between two labelers without a tie so far: 18. At least 20 are needed, 2 more "
        "than that."
    )


def test_prompts_that_add_nothing_are_counted_by_no_figure_from_the_store(cast: Cast) -> None:
    """Five prompts ordered by both and three on which both say tie throughout."""
    project = judged_project((cast.amina, [1, 2, 3, 4]), (cast.otto, [1, 2, 3, 4]), num_tasks=5)
    for _ in range(3):
        task = make_task(project)
        for labeler in (cast.amina, cast.otto):
            make_ranking(task, labeler, [1, 1, 1, 1])
    refresh_agreement()

    body = get(cast.rosa, project=project.pk).json()

    found = {figure["key"]: figure for figure in body["figures"]}
    assert (found["strict"]["num_pairs"], found["strict"]["num_prompts"]) == (30, 5)
    assert (found["ternary"]["num_pairs"], found["ternary"]["num_prompts"]) == (48, 8)
    (together,) = body["together"]
    assert (together["agreement"]["num_prompts"], together["kappa"]["num_prompts"]) == (5, 8)
    assert {row["agreement"]["num_prompts"] for row in body["labelers"]} == {5}


def test_all_tied_answers_never_break_the_page(cast: Cast) -> None:
    project = judged_project((cast.amina, [1, 1, 1, 1]), (cast.otto, [1, 1, 1, 1]))

    found = figures(cast.rosa, project=project.pk)

    assert found["strict"]["value"] is None
    assert found["alpha_nominal"]["reason_undefined"].startswith("Every judgment is the same")
    assert found["ternary"]["value"] == 1


def test_an_empty_installation_has_no_figures_and_says_why(cast: Cast) -> None:
    body = get(cast.rosa).json()

    assert body["num_rankings"] == 0
    assert {figure["value"] for figure in body["figures"]} == {None}
    for figure in body["figures"]:
        assert figure["reason_undefined"].startswith(
            "No two labelers have judged the same pair of completions. "
        )
        assert figure["reason_undefined"].endswith("20 are needed, 20 more than that.")
    assert body["labelers"] == body["together"] == body["trend"] == []


def test_labelers_meet_only_within_one_task(cast: Cast) -> None:
    """The same completions judged under other instructions are another question."""
    task = make_task(make_project())
    make_ranking(task, cast.amina, [1, 2, 3, 4])
    shown = [row.completion for row in task.task_completions.order_by("pk")]
    other = make_task(make_project(), task.prompt, shown)
    make_ranking(other, cast.otto, [1, 2, 3, 4])

    body = get(cast.rosa).json()

    assert body["num_labelers"] == 0
    assert body["figures"][0]["num_pairs"] == 0


def test_without_a_project_all_projects_are_pooled(cast: Cast) -> None:
    judged_project((cast.amina, [1, 2, 3, 4]), (cast.otto, [1, 2, 3, 4]))
    judged_project((cast.amina, [1, 2, 3, 4]), (cast.otto, [4, 3, 2, 1]))

    assert figures(cast.rosa)["strict"]["value"] == 0.5


def test_imported_sides_are_kept_apart_and_arbitrary_order_is_not(cast: Cast) -> None:
    # Twenty duels, in each of which all three annotators prefer the first: with sides that is one
    # and the same answer throughout, so chance explains everything.
    import_duels(as_array(*(duel(n, annotator3=1) for n in range(20))))
    import_debates(as_lines(*(debate(n) for n in range(30))))
    duels, debates = (Project.objects.get(name=name) for name in ("Duels", "Debates"))

    assert figures(cast.rosa, project=duels.pk)["alpha_nominal"]["value"] is None
    # Lea and Max agree on the first pair of each debate; its order c0, c1 means nothing.
    assert figures(cast.rosa, project=debates.pk)["alpha_nominal"]["value"] == 1


@pytest.mark.parametrize(("name", "status"), [("amina", 403), ("rosa", 200), ("ada", 200)])
def test_only_researchers_and_admins_see_it(cast: Cast, name: str, status: int) -> None:
    assert get(vars(cast)[name]).status_code == status


def test_a_visitor_is_asked_to_sign_in() -> None:
    assert get(None).status_code == 401


def test_nothing_can_be_sent_to_it(cast: Cast) -> None:
    assert client_of(cast.ada).post("/api/agreement/", {}).status_code == 405


def test_a_project_that_is_not_there_is_not_found(cast: Cast) -> None:
    assert get(cast.rosa, project=123_456).status_code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("project", "one"),
        ("project", "0"),
        ("project", "99999999999999999999"),
        ("project", "\0"),
        ("pool", "everybody"),
        ("pool", "\0"),
        ("include_simulated", "perhaps"),
        ("min_overlap", "1"),
        ("min_overlap", "51"),
        ("min_overlap", "2.5"),
    ],
)
def test_malformed_parameters_are_refused_by_name(cast: Cast, name: str, value: str) -> None:
    response = get(cast.rosa, **{name: value})

    assert response.status_code == 400
    assert list(response.json()["fields"]) == [name]


@pytest.mark.parametrize("num_tasks", [1, 8])
def test_the_number_of_queries_does_not_grow(
    cast: Cast, num_tasks: int, django_assert_num_queries: Any
) -> None:
    project = judged_project(
        (cast.amina, [1, 2, 3, 4]), (cast.otto, [1, 2, 3, 4]), num_tasks=num_tasks
    )
    client = client_of(cast.rosa)
    refresh_agreement()

    # The session, the account, the project, the store, the days and the prompts that count of
    # them, five sums, two for names.
    with django_assert_num_queries(13):
        client.get("/api/agreement/", {"project": project.pk})
    # What was asked before is known until any figure changes.
    with django_assert_num_queries(6):
        client.get("/api/agreement/", {"project": project.pk})


@pytest.mark.parametrize("overlap", [3, 40])
def test_a_choice_of_pairs_that_none_fits_says_so(cast: Cast, overlap: int) -> None:
    """Three labelers judged every pair, two of them of the training pool; or nobody so many."""
    judged_project((cast.amina, [1, 2, 3, 4]), (cast.otto, [1, 2, 3, 4]), (cast.hana, [4, 3, 2, 1]))

    answer = get(cast.rosa, pool="training", min_overlap=overlap)

    assert answer.status_code == 200
    assert all(one["value"] is None for one in answer.json()["figures"])
    assert answer.json()["trend"] == answer.json()["together"] == []
