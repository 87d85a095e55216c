"""Paging by the last row seen."""

import pytest

from labeling.models import Prompt, User
from tests.cast import client_of, make_prompt


def page(user: User, **query: object) -> dict[str, object]:
    response = client_of(user).get("/api/prompts/", query)
    assert response.status_code == 200, response.content
    return response.json()


def ids(answer: dict[str, object]) -> list[int]:
    return [row["id"] for row in answer["results"]]


@pytest.fixture
def seven(db: None) -> list[int]:
    """Seven prompts, newest first."""
    return [make_prompt().pk for _ in range(7)][::-1]


def test_the_pages_together_are_the_list(rosa: User, seven: list[int]) -> None:
    first = page(rosa, limit=3)
    second = page(rosa, limit=3, cursor=first["next"])
    third = page(rosa, limit=3, cursor=second["next"])

    assert ids(first) + ids(second) + ids(third) == seven
    assert third["next"] is None


def test_a_full_last_page_has_no_next(rosa: User, seven: list[int]) -> None:
    assert page(rosa, limit=7)["next"] is None


def test_a_row_that_arrives_meanwhile_shifts_nothing(rosa: User, seven: list[int]) -> None:
    first = page(rosa, limit=3)
    make_prompt()

    second = page(rosa, limit=4, cursor=first["next"])

    assert ids(second) == seven[3:]


def test_the_filter_goes_with_the_cursor(rosa: User, seven: list[int]) -> None:
    kept = Prompt.objects.filter(pk__in=seven[::2]).update(category="chat")

    first = page(rosa, limit=2, category="chat")
    second = page(rosa, limit=2, category="chat", cursor=first["next"])

    assert kept == 4
    assert ids(first) + ids(second) == seven[::2]


def test_a_limit_beyond_the_largest_is_the_largest(rosa: User, seven: list[int]) -> None:
    assert len(ids(page(rosa, limit=99_999))) == 7
