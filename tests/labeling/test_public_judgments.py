"""Two public sets of judgments, from their files through Postgres to the agreement page (R42)."""

import io
import time
from collections import Counter
from typing import Any

import pytest
from django.core.management import call_command

from labeling.models import Completion, Project, Prompt, RankedCompletion, Ranking, Task, User
from labeling.services.agreement_store import refresh_agreement
from tests.cast import Cast, client_of
from tests.reference_data import reference_data

pytestmark = pytest.mark.django_db


def import_file(name: str, file: str, *options: str) -> str:
    output = io.StringIO()
    call_command("import_judgments", name, str(reference_data(file)), *options, stdout=output)
    return " ".join(output.getvalue().splitlines()[-2:])


def stored(dataset: str) -> dict[str, int]:
    return {
        "prompts": Prompt.objects.filter(imported_from=dataset).count(),
        "tasks": Task.objects.filter(project__imported_from=dataset).count(),
        "completions": Completion.objects.filter(prompt__imported_from=dataset).count(),
        "judgments": Ranking.objects.filter(task__project__imported_from=dataset).count(),
        "labelers": User.objects.filter(imported_from=dataset).count(),
    }


def page(cast: Cast, dataset: str) -> Any:
    project = Project.objects.get(imported_from=dataset)
    refresh_agreement()
    return client_of(cast.rosa).get("/api/agreement/", {"project": project.pk}).json()


def rounded(page: Any) -> dict[str, float | None]:
    return {
        figure["key"]: None if figure["value"] is None else round(figure["value"], 4)
        for figure in page["figures"]
    }


def test_the_crowds_comparisons_come_in_whole_and_show_their_published_figures(cast: Cast) -> None:
    import_file("ukp", "ukp_kwise.jsonl")

    shown = page(cast, "ukp")

    assert stored("ukp") == {
        "prompts": 16,
        "tasks": 75,
        "completions": 540,
        "judgments": 8719,
        "labelers": 1916,
    }
    assert RankedCompletion.objects.count() == 2 * 8719
    # RM11: no key in two splits, and something to validate on.
    splits = Counter(Prompt.objects.values_list("split", flat=True))
    assert splits == {"train": 12, "validation": 4}
    figures = rounded(shown)
    assert figures["ternary"] == 0.5027
    assert figures["ternary_by_pair"] == 0.5030
    assert figures["alpha_nominal"] == 0.2394
    assert figures["leave_one_out"] == 0.5505
    assert figures["fleiss_kappa"] is None
    num_pairs = {figure["key"]: figure["num_pairs"] for figure in shown["figures"]}
    assert num_pairs["ternary_by_pair"] == 1748
    assert num_pairs["leave_one_out"] == 8719
    # The published count of circles: 116 of the 2,295 threes that have three majorities.
    circles = next(one for one in shown["figures"] if one["key"] == "circles")
    assert circles["num_pairs"] == 2295
    assert round(circles["value"] * 2295) == 116


def test_the_three_annotators_come_in_whole_and_show_their_published_figures(cast: Cast) -> None:
    import_file("pandalm", "raw/pandalm_testset_v1.json")

    shown = page(cast, "pandalm")

    assert stored("pandalm") == {
        "prompts": 170,
        "tasks": 999,
        "completions": 800,
        "judgments": 2997,
        "labelers": 3,
    }
    assert set(Prompt.objects.values_list("split", flat=True)) == {"train", "validation"}
    figures = rounded(shown)
    assert figures["fleiss_kappa"] == figures["alpha_nominal"] == 0.8642
    assert figures["ternary"] == 0.9199
    assert [round(row["kappa"]["value"], 4) for row in shown["together"]] == [0.852, 0.8789, 0.8617]


def test_both_sets_together_take_less_than_two_seconds_and_a_second_import_stores_nothing(
    cast: Cast,
) -> None:
    for name, file in (("ukp", "ukp_kwise.jsonl"), ("pandalm", "raw/pandalm_testset_v1.json")):
        import_file(name, file)
        assert "stored 0 tasks with 0 new prompts" in import_file(name, file)

    refresh_agreement()
    started = time.perf_counter()
    pooled = client_of(cast.rosa).get("/api/agreement/").json()

    assert time.perf_counter() - started < 2
    assert pooled["num_rankings"] == 8719 + 2997
    assert pooled["num_labelers"] == 1916 + 3


def test_four_thousand_rankings_of_translations_come_in_with_their_ties(cast: Cast) -> None:
    """869 of 888, 1,308, 1,096 and 1,014 rankings compare at least two outputs: 4,111 in all."""
    said = import_file("wmt", "wmt16_rankings.jsonl.gz", "--study")

    assert "4111 judgments" in said
    assert "195 left out, 0 broken" in said
    assert stored("wmt")["labelers"] == 54
    num_pairs = sum(k * (k - 1) // 2 for k in Task.objects.values_list("k", flat=True))
    assert num_pairs == 8642 + 11978 + 10095 + 9684
    assert Ranking.objects.filter(seconds_active__isnull=False).count() == 4111
    # Each ranking is a task of its own; they meet on the completions of a segment all the same. Of
    # a labeler's several judgments of a pair one counts, so these are fewer than the 8,199 of any.
    found = {figure["key"]: figure for figure in page(cast, "wmt")["figures"]}
    assert 7_000 < found["ternary"]["num_pairs"] < 8_199
    assert 0.55 < found["ternary"]["value"] < 0.59


def test_dialogues_and_trees_come_in_as_they_were_published(cast: Cast) -> None:
    dialogues = import_file("hh-rlhf", "raw/hh_harmless_base_test_first600.jsonl.gz")
    trees = import_file("oasst", "raw/oasst_trees_60.jsonl")

    assert "read 600 rows of the file: 600 stored, " in dialogues
    assert ", 0 broken " in dialogues
    assert ", 0 broken " in trees
    assert stored("oasst")["judgments"] == stored("oasst")["tasks"] > 90
    assert import_file("oasst", "raw/oasst_trees_60.jsonl").startswith("read")
    assert ", 0 broken " in import_file("self-instruct", "demos/seed_tasks.jsonl")
