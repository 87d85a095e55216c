"""What was found of the newest rankings is kept for as long as nothing of it changes (R42)."""

import gc
import pickle
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from labeling.models import (
    Adjudication,
    Assignment,
    Demonstration,
    Project,
    PromptExclusion,
    User,
)
from labeling.selectors import labeler_quality, moments
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.moments import forget, kept, moment_of_answers
from labeling.services.agreement_store import refresh_agreement
from tests.cast import (
    Cast,
    client_of,
    completions_of,
    exclude_prompt,
    hold_slot,
    make_demonstration,
    make_demonstration_project,
    make_ranking,
    make_ranking_project,
    make_task,
)

pytestmark = pytest.mark.django_db

ADDRESSES = ("win-rates", "rating-agreement", "flags-apart", "bias")
ORDER = [1, 2, 3, 4]


@pytest.fixture
def project(cast: Cast) -> Project:
    project = make_ranking_project(overlap=3)
    for _ in range(3):
        task = make_task(project)
        make_ranking(task, cast.amina, ORDER)
        make_ranking(task, cast.otto, ORDER)
    return project


def rank_another(cast: Cast, project: Project) -> None:
    make_ranking(make_task(project), cast.amina, ORDER)


def write_one(cast: Cast, project: Project) -> None:
    make_demonstration(make_task(make_demonstration_project()), cast.amina)


def exclude_one(cast: Cast, project: Project) -> None:
    exclude_prompt(project, project.tasks.first().prompt, cast.rosa)


def lift_it(cast: Cast, project: Project) -> None:
    exclude_one(cast, project)
    moment_of_answers()
    PromptExclusion.objects.update(lifted_at=timezone.now(), lifted_by=cast.rosa)


def settle_one(cast: Cast, project: Project) -> None:
    task = project.tasks.first()
    ranks = {str(one.pk): n for n, one in enumerate(completions_of(task), start=1)}
    Adjudication.objects.create(
        project=project, prompt=task.prompt, ranks=ranks, reason="Clear.", author=cast.rosa
    )


def promote(cast: Cast, project: Project) -> None:
    User.objects.filter(pk=cast.otto.pk).update(role="researcher")


def review_the_oldest(cast: Cast, **verdict: object) -> None:
    oldest = Demonstration.objects.order_by("submitted_at").first()
    address = f"/api/demonstrations/{oldest.pk}/review/"
    assert client_of(cast.rosa).post(address, verdict, format="json").status_code == 201
    oldest.refresh_from_db()
    assert oldest.superseded_at is not None


def give_one_back(cast: Cast, project: Project) -> None:
    review_the_oldest(cast, outcome="returned", comment="Name the river.")


def correct_one(cast: Cast, project: Project) -> None:
    review_the_oldest(cast, outcome="corrected", grade=5, text="The Rhine flows north.")


@pytest.mark.usefixtures("no_tokenizer")
@pytest.mark.parametrize(
    "change",
    [
        rank_another,
        write_one,
        give_one_back,
        correct_one,
        exclude_one,
        lift_it,
        settle_one,
        promote,
    ],
    ids=lambda one: one.__name__,
)
def test_a_change_that_figures_are_made_of_is_another_moment(
    cast: Cast,
    project: Project,
    change: Callable[[Cast, Project], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is reviewed is not among the newest."""
    monkeypatch.setattr(moments, "NUM_NEWEST", 1)
    for _ in range(2):
        write_one(cast, project)
    refresh_agreement()
    before = moment_of_answers()
    assert moment_of_answers() == before

    change(cast, project)

    assert moment_of_answers() != before


def test_whatever_the_refresh_finds_is_another_moment(cast: Cast, project: Project) -> None:
    """An account moves to the other pool, which its rankings do not say."""
    refresh_agreement()
    before = moment_of_answers()
    User.objects.filter(pk=cast.otto.pk).update(pool="held_out")
    assert moment_of_answers() == before

    refresh_agreement()

    assert moment_of_answers() != before


@pytest.mark.parametrize("noun", ADDRESSES)
def test_the_same_question_is_answered_from_memory_until_something_changes(
    cast: Cast, project: Project, noun: str, django_assert_max_num_queries: Any
) -> None:
    refresh_agreement()
    client = client_of(cast.rosa)
    first = client.get(f"/api/{noun}/").json()

    # Session, account, whether anything changed, names.
    with django_assert_max_num_queries(4):
        assert client.get(f"/api/{noun}/").json() == first

    rank_another(cast, project)
    second = client.get(f"/api/{noun}/").json()
    assert second["num_rankings"] == first["num_rankings"] + 1
    forget()
    assert client.get(f"/api/{noun}/").json() == second


class Found:
    """Something that is kept."""


def test_what_was_found_at_another_moment_is_let_go(cast: Cast, project: Project) -> None:
    """A process would hold as many large answers as it knows questions."""

    @kept
    def found(question: int) -> Found:
        return Found()

    refresh_agreement()
    of_before = [weakref.ref(found(question)) for question in range(3)]
    gc.collect()
    assert all(one() is not None for one in of_before)

    rank_another(cast, project)
    found(7)
    gc.collect()
    assert not any(one() for one in of_before)


def test_of_the_facts_about_labelers_no_columns_are_kept(cast: Cast, project: Project) -> None:
    """Of two hundred labelers those of their tasks would be 6.4 MB for each choice of filters."""
    kept_of_them = pickle.dumps(labeler_quality._found(Selection()))

    assert b"numpy" not in kept_of_them


@pytest.mark.parametrize("noun", ADDRESSES)
def test_nothing_is_kept_before_the_first_refresh(cast: Cast, project: Project, noun: str) -> None:
    """The pool of an account, which no other moment tells of."""
    client = client_of(cast.rosa)
    query = {"pool": "held_out"}
    before = client.get(f"/api/{noun}/", query).json()["num_rankings"]

    User.objects.filter(pk=cast.otto.pk).update(pool="held_out")

    assert (before, client.get(f"/api/{noun}/", query).json()["num_rankings"]) == (0, 3)


def test_the_facts_about_labelers_are_kept_for_a_minute(
    cast: Cast,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: Any,
) -> None:
    """R19. What no moment tells of, such as a skip, is there a minute later; a ranking at once."""
    monkeypatch.setattr(labeler_quality, "time", lambda: 0.0)
    refresh_agreement()
    client = client_of(cast.rosa)

    def num_answered() -> int:
        found = client.get("/api/labeler-quality/").json()["everybody"]
        return found["num_answered"] + found["num_skipped"]

    before = num_answered()
    # Session, account, whether anything changed, names.
    with django_assert_max_num_queries(4):
        assert num_answered() == before

    skipped = make_task(project)
    hold_slot(skipped, cast.hana, timezone.now())
    Assignment.objects.filter(task=skipped, labeler=cast.hana).update(state="skipped")
    assert num_answered() == before
    monkeypatch.setattr(labeler_quality, "time", lambda: 61.0)
    assert num_answered() == before + 1

    rank_another(cast, project)
    assert num_answered() == before + 2


def test_costs_are_kept_until_an_answer_comes(
    cast: Cast, project: Project, django_assert_max_num_queries: Any
) -> None:
    """A name is read as it is now."""
    refresh_agreement()
    client = client_of(cast.rosa)

    def shown() -> list[Any]:
        return client.get("/api/costs/").json()["projects"]

    (before,) = shown()
    Project.objects.filter(pk=project.pk).update(name="another name")
    # Session, account, whether anything changed, projects.
    with django_assert_max_num_queries(4):
        (after,) = shown()
    assert after == {**before, "project": {"id": project.pk, "name": "another name"}}

    write_one(cast, project)
    assert [one["num_demonstrations"] for one in shown()].count(1) == 1
    rank_another(cast, project)
    assert max(one["num_rankings"] for one in shown()) == before["num_rankings"] + 1
