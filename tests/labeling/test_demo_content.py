"""The demo's content: written for Concord, stored once, and enough to start at once."""

import json
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command

from labeling.catalogue import CATEGORIES
from labeling.importers.prompts import PromptRow, read_prompt_rows
from labeling.models import (
    Answer,
    Assignment,
    Candidacy,
    Completion,
    Demonstration,
    DemonstrationReview,
    Draft,
    Project,
    Prompt,
    Task,
)
from labeling.services import demo, demo_work
from tests.cast import Cast

SEED = demo.SEED_FOLDER


def rows_of(name: str) -> list[PromptRow]:
    rows = [row for _, row in read_prompt_rows((SEED / name).read_bytes().splitlines())]
    assert all(isinstance(row, PromptRow) for row in rows), rows
    return rows


def test_at_least_120_prompts_cover_the_ten_categories() -> None:
    """R9"""
    counts = Counter(row.category for row in rows_of("prompts.jsonl"))

    assert sum(counts.values()) >= 120
    assert set(counts) == set(CATEGORIES)
    assert min(counts.values()) >= 5


def test_story_prompts_are_new_texts() -> None:
    stories = {row.text for row in rows_of("story_prompts.jsonl")}
    openings = {row["prompt"] for row in demo.read_rows("story_demonstrations.jsonl")}

    assert len(stories) == 60
    assert not stories & openings


def test_every_prompt_has_six_completions_sampled_by_the_embedded_model() -> None:
    """R85"""
    rows = demo.read_rows("completions.jsonl")
    manifest = json.loads((SEED / "completions.manifest.json").read_text())

    per_prompt = Counter(row["prompt_sha256"] for row in rows)
    assert len(per_prompt) == len(rows_of("prompts.jsonl"))
    assert set(per_prompt.values()) == {6}
    assert {row["temperature"] for row in rows} == {0.7, 1.1}
    assert len({(row["prompt_sha256"], row["temperature"], row["index"]) for row in rows}) == len(
        rows
    )
    assert manifest["model"] == "smollm2-135m"


@pytest.mark.django_db
def test_seeding_twice_stores_everything_once(cast: Cast) -> None:
    for _ in range(2):
        demo.seed_prompts()
        demo.seed_completions()
        demo.seed_demonstrations()
        list(demo.seed_projects(created_by=cast.ada))

    num_prompts = len(rows_of("prompts.jsonl"))
    assert Prompt.objects.count() == num_prompts
    assert Completion.objects.count() == 6 * num_prompts
    assert Demonstration.objects.count() == len(demo.read_rows("demonstrations.jsonl"))
    assert Project.objects.count() == 2
    assert Task.objects.filter(k=5).count() == num_prompts
    assert Task.objects.filter(k=0).count() == 40
    # Two slots for a ranking, more where a task measures agreement; one for a demonstration.
    assert Assignment.objects.filter(state="open").count() >= 2 * num_prompts + 40


@pytest.mark.django_db
def test_everybody_of_the_cast_gets_a_fresh_link_each_time() -> None:
    people = demo.ensure_cast()

    first = list(demo.fresh_links(people))
    second = list(demo.fresh_links(demo.ensure_cast()))

    assert [link["name"] for link in first] == ["Ada", "Rosa", "Amina", "Otto"]
    assert {link["url_path"] for link in first}.isdisjoint(link["url_path"] for link in second)


def test_the_seed_folder_holds_text_of_ours_only() -> None:
    names = sorted(path.name for path in Path(SEED).iterdir())

    assert names == [
        "completions.jsonl",
        "completions.manifest.json",
        "demonstration_instructions.md",
        "demonstrations.jsonl",
        "evaluation_instructions.md",
        "prompts.jsonl",
        "ranking_instructions.md",
        "story_demonstrations.jsonl",
        "story_prompts.jsonl",
        "toxicity_instructions.md",
    ]


@pytest.mark.django_db
def test_the_demo_shows_work_in_progress_and_makes_it_once() -> None:
    """A question with its answer, a returned answer, a warning, a candidate."""
    people = {member.display_name.casefold(): member for member in demo.ensure_cast()}
    demo.seed_prompts()
    demo.seed_completions()
    list(demo.seed_projects(created_by=people["ada"]))

    made = list(demo_work.seed_work(people=people))
    assert list(demo_work.seed_work(people=people)) == []

    assert len(made) == 4
    assert Answer.objects.get().question.asker == people["amina"]
    review = DemonstrationReview.objects.get()
    assert (review.outcome, review.demonstration.labeler) == ("returned", people["amina"])
    assert Draft.objects.get().assignment.labeler == people["amina"]
    assert Project.objects.get(name=demo_work.WARNED_PROJECT).content_warning
    assert Candidacy.objects.get().labeler.email == demo_work.CANDIDATE_EMAIL


@pytest.mark.django_db
def test_a_demo_from_before_prompts_were_looked_at_starts_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """R7: its prompts are checked first, or no task could be made of them."""
    demo.seed_prompts()
    Prompt.objects.update(personal_data=Prompt.PersonalData.UNCHECKED, language=None)

    call_command("seed_demo")

    assert "new project:" in capsys.readouterr().out
    assert not Prompt.objects.filter(personal_data=Prompt.PersonalData.UNCHECKED).exists()
    assert Candidacy.objects.exists()
