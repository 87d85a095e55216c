"""GET /api/labeler-quality/: whose work is looked at, which of it, and beside whom (R19, R43)."""

from datetime import UTC, datetime

import pytest

from labeling.models import Project, Prompt
from labeling.selectors import sealed_work
from tests.cast import make_ranking, make_ranking_project, make_task
from tests.labeling.test_labeler_quality import ask, facts_of, judge

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make_ranking_project()


def test_the_pages_choices_choose_whose_work_and_when(amina, hana, rosa):
    """Amina (training) ranked K = 4 in March and K = 5 in May, Hana (held out) in March."""
    march, may = (datetime(2026, month, 10, 12, tzinfo=UTC) for month in (3, 5))
    four, five = make_ranking_project(), make_ranking_project(k=5)
    for project, labeler, at in ((four, amina, march), (five, amina, may), (four, hana, march)):
        for _ in range(2):
            ranks = list(range(1, project.k + 1))
            make_ranking(make_task(project), labeler, ranks, submitted_at=at)
    Prompt.objects.filter(tasks__project=five).update(category="chat")

    def answered(**query: object) -> dict[str, int]:
        shown = ask(rosa, **query).json()
        assert shown["num_rankings"] == sum(row["num_answered"] for row in shown["labelers"])
        return {row["labeler"]["display_name"]: row["num_answered"] for row in shown["labelers"]}

    assert answered() == {"Amina": 4, "Hana": 2}
    assert answered(pool="held_out") == {"Hana": 2}
    assert answered(k=5) == {"Amina": 2}
    assert answered(since="2026-05-01") == {"Amina": 2}
    assert answered(until="2026-05-01") == {"Amina": 2, "Hana": 2}
    assert answered(category="chat") == {"Amina": 2}
    version = four.instruction_versions.get()
    assert answered(project=four.pk, instructions=version.pk) == {"Amina": 2, "Hana": 2}
    assert [one["id"] for one in ask(rosa, project=four.pk).json()["versions"]] == [version.pk]


def test_only_the_newest_rankings_are_read_and_it_is_said(project, amina, rosa, monkeypatch):
    judge(project, amina, 1, 2, 3, 4, times=12)
    monkeypatch.setattr(sealed_work, "NUM_RANKINGS", 11)

    shown = ask(rosa).json()

    assert (shown["num_rankings"], shown["labelers"][0]["num_answered"]) == (11, 12)
    assert facts_of(rosa, amina)["tie_share"]["num_counted"] == 11


def test_a_labeler_stands_beside_what_a_researcher_ranked(amina, rosa):
    """R43. Two of six pairs are turned; Rosa's own row says why there is nothing to compare."""
    project = make_ranking_project(overlap=2)
    for _ in range(10):
        task = make_task(project)
        make_ranking(task, amina, [1, 2, 3, 4])
        make_ranking(task, rosa, [2, 1, 4, 3])

    hers = facts_of(rosa, amina)["researcher_agreement"]

    assert (hers["value"], hers["num_counted"]) == (pytest.approx(4 / 6), 10)
    of_rosa = facts_of(rosa, rosa)["researcher_agreement"]
    assert (of_rosa["value"], "researcher" in of_rosa["reason_undefined"]) == (None, True)


def test_one_project_is_looked_at_alone(project, amina, rosa):
    judge(project, amina, 1, 2, 3, 4, times=10)
    other = make_ranking_project()
    judge(other, amina, 1, 1, 1, 1, times=10)

    assert facts_of(rosa, amina, project=other.pk)["tie_share"]["value"] == 1.0
    assert facts_of(rosa, amina)["tie_share"]["value"] == 0.5


def test_simulated_labelers_and_screenings_are_left_out_unless_asked_for(project, sim, amina, rosa):
    judge(project, sim, 1, 2, 3, 4)
    screening = make_ranking_project(purpose=Project.Purpose.SCREENING)
    judge(screening, amina, 1, 2, 3, 4)

    def names(**query: object) -> list[str]:
        return [row["labeler"]["display_name"] for row in ask(rosa, **query).json()["labelers"]]

    assert names() == []
    assert names(include_simulated=True) == ["Sim"]
    assert names(project=screening.pk) == ["Amina"]
