"""Every page a labeler can come to, with something on it."""

from dataclasses import dataclass

from tests.browser.desk import ranking_task
from tests.cast import (
    Cast,
    make_demonstration_project,
    make_prompt,
    make_task,
)
from tests.labeling.work import read_instructions


@dataclass(frozen=True)
class Place:
    """A page by name, where it is, and what stands there once it is drawn."""

    name: str
    path: str
    landmark: str


def places(cast: Cast) -> list[Place]:
    """The labeler's pages, and the rows that give each of them its content."""
    ranking = ranking_task(cast.amina, num_tasks=2)
    unread = make_demonstration_project(name="Not read yet")
    make_task(unread, make_prompt("Write about rivers."))
    writing = make_demonstration_project(name="Write the answer")
    make_task(writing, make_prompt("Write about mountains."))
    read_instructions(writing, cast.amina)
    empty = ranking_task(cast.amina, num_tasks=0)
    return [
        Place("projects", "/label", "main h1"),
        Place("ranking", f"/label/{ranking.pk}", "main section section, main > section + section"),
        Place("demonstration", f"/label/{writing.pk}", "textarea"),
        Place("instructions to read", f"/label/{unread.pk}", "main h1"),
        Place("nothing to do", f"/label/{empty.pk}", "main h1, h2"),
        Place("own answers", "/history", "main h1"),
        Place("own drafts", "/drafts", "main h1"),
        Place("returned answers", "/returns", "main h1"),
        Place("questions", "/questions", "main h1"),
        Place("no such page", "/nowhere", "main h1"),
    ]
