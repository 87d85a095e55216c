"""What stands between a labeler and a task: the consent, and a screening that is not decided."""

import pytest
from pytest_django import DjangoAssertNumQueries

from labeling.errors import NotAccessible, Refused
from labeling.models import Candidacy, Project, Screening, User
from labeling.selectors.screening import may_work_in
from labeling.services.assignments import lease_next_assignment
from labeling.services.consent import agree_to_consent, check_consented, publish_consent
from labeling.services.screening import check_may_work
from tests.cast import (
    Cast,
    client_of,
    make_demonstration_project,
    make_ranking_project,
    make_task,
    make_user,
)
from tests.labeling.work import read_instructions, take

UNDECIDED = ["in_progress", "submitted"]


def make_screening(created_by: User) -> Screening:
    purpose = Project.Purpose.SCREENING
    return Screening.objects.create(
        name="Spring",
        created_by=created_by,
        ranking_project=make_ranking_project(purpose=purpose),
        demonstration_project=make_demonstration_project(purpose=purpose),
    )


def make_candidate(screening: Screening, state: str = "in_progress") -> User:
    labeler = make_user(f"candidate-{state}")
    decided = state in {"accepted", "rejected"}
    Candidacy.objects.create(
        screening=screening,
        labeler=labeler,
        code=f"C-{state[:6]}",
        state=state,
        decided_by=screening.created_by if decided else None,
        reason="Seen." if decided else "",
    )
    return labeler


def refusal(labeler: User, project: Project) -> str:
    with pytest.raises(Refused) as refused:
        check_may_work(labeler, project)
    return refused.value.code


def listed(labeler: User) -> set[Project]:
    return set(Project.objects.filter(may_work_in(labeler)))


def test_a_labeler_who_has_not_agreed_is_asked_before_the_next_task(cast: Cast) -> None:
    project = make_ranking_project(overlap=2)
    make_task(project)
    publish_consent(title="Consent", body="What happens.", published_by=cast.ada)
    read_instructions(project, cast.amina)

    with pytest.raises(Refused, match="Read the consent") as refused:
        lease_next_assignment(labeler=cast.amina, project=project)
    assert refused.value.code == "consent_needed"
    agree_to_consent(labeler=cast.amina, version=1)
    assert take(project, cast.amina)


def test_a_newer_version_asks_again_and_the_task_in_hand_goes_on(cast: Cast) -> None:
    project = make_ranking_project(overlap=2)
    make_task(project)
    publish_consent(title="Consent", body="One.", published_by=cast.ada)
    agree_to_consent(labeler=cast.amina, version=1)
    held = take(project, cast.amina)
    publish_consent(title="Consent", body="Two.", published_by=cast.ada)

    assert take(project, cast.amina) == held
    with pytest.raises(Refused, match="consent"):
        check_consented(cast.amina)


def test_researchers_and_simulated_labelers_are_not_asked(cast: Cast) -> None:
    publish_consent(title="Consent", body="What happens.", published_by=cast.ada)

    check_consented(cast.rosa)
    check_consented(cast.sim)


def test_nobody_is_asked_before_there_is_a_version(amina: User) -> None:
    check_consented(amina)


@pytest.mark.parametrize("state", UNDECIDED)
def test_a_candidate_gets_nothing_from_other_projects(rosa: User, state: str) -> None:
    """R13: the decision comes before the first task."""
    candidate = make_candidate(make_screening(rosa), state)

    assert refusal(candidate, make_ranking_project()) == "candidacy_undecided"


def test_a_candidate_works_in_the_projects_of_their_screening_alone(rosa: User) -> None:
    screening = make_screening(rosa)
    make_ranking_project(purpose=Project.Purpose.SCREENING)
    make_ranking_project()
    candidate = make_candidate(screening)
    own = {screening.ranking_project, screening.demonstration_project}

    for project in own:
        check_may_work(candidate, project)
    assert listed(candidate) == own


@pytest.mark.parametrize("state", ["submitted", "rejected"])
def test_after_submission_and_after_a_rejection_no_project_is_open(rosa: User, state: str) -> None:
    screening = make_screening(rosa)
    make_ranking_project()
    candidate = make_candidate(screening, state)
    code = {"submitted": "candidacy_undecided", "rejected": "candidacy_rejected"}[state]

    assert refusal(candidate, screening.ranking_project) == code
    assert listed(candidate) == set()


def test_who_was_accepted_works_like_everybody_else(cast: Cast) -> None:
    screening = make_screening(cast.rosa)
    ordinary = make_ranking_project()
    accepted = make_candidate(screening, "accepted")

    check_may_work(accepted, ordinary)
    assert listed(accepted) == listed(cast.amina) == {ordinary}


def test_a_labeler_who_is_no_candidate_never_meets_a_screening(cast: Cast) -> None:
    screening = make_screening(cast.rosa)

    with pytest.raises(NotAccessible):
        check_may_work(cast.amina, screening.ranking_project)


def test_a_researcher_meets_the_tasks_of_every_screening(rosa: User) -> None:
    screening = make_screening(rosa)
    ordinary = make_ranking_project()

    check_may_work(rosa, screening.ranking_project)
    assert listed(rosa) == {ordinary, screening.ranking_project, screening.demonstration_project}


def test_both_checks_cost_one_query_each(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    screening = make_screening(cast.rosa)
    candidate = make_candidate(screening)
    for version in range(3):
        publish_consent(title="Consent", body=str(version), published_by=cast.ada)
    agree_to_consent(labeler=candidate, version=3)

    with django_assert_num_queries(1):
        check_consented(candidate)
    with django_assert_num_queries(1):
        check_may_work(candidate, screening.ranking_project)


def test_a_candidate_is_shown_their_screening_and_no_other_project(rosa: User) -> None:
    screening = make_screening(rosa)
    other = make_ranking_project()
    client = client_of(make_candidate(screening))

    shown = client.get("/api/labeling/projects/").json()["results"]

    assert {row["id"] for row in shown} == {
        screening.ranking_project_id,
        screening.demonstration_project_id,
    }
    assert client.get(f"/api/labeling/projects/{other.pk}/").status_code == 404
