"""The counts of the home page."""

from pytest_django import DjangoAssertNumQueries

from labeling.models import Ranking
from tests.cast import (
    Cast,
    client_of,
    make_demonstration,
    make_demonstration_project,
    make_ranking,
    make_ranking_project,
    make_task,
    make_user,
)


def test_rosa_sees_what_people_have_collected(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Simulated labelers, imported accounts and answers taken back are not counted as people's."""
    task = make_task(make_ranking_project(overlap=3))
    make_ranking(task, cast.amina, [1, 2, 3, 4])
    make_ranking(task, cast.sim, [1, 2, 3, 4])
    taken_back = make_ranking(task, cast.otto, [4, 3, 2, 1])
    Ranking.objects.filter(pk=taken_back.pk).update(superseded_at=taken_back.submitted_at)
    make_demonstration(make_task(make_demonstration_project()), cast.amina)
    make_user("w17", imported_from="a data set", is_active=False)
    client = client_of(cast.rosa)

    with django_assert_num_queries(9):
        counts = client.get("/api/overview/").json()

    assert counts == {
        "prompts": 2,
        "completions": 4,
        "rankings": 1,
        "demonstrations": 1,
        "labelers": 3,
        "runs_live": 0,
        "model_versions": 0,
    }
