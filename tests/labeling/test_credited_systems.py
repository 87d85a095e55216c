"""Systems that wrote the same words: each is ranked, beaten and agreed about under its own name."""

import io
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command

from benchmarks.reference_judgments import (
    LANGUAGE_PAIRS,
    log_strengths_by_scipy,
    rankings_of_translations,
    translated_models,
    wins_one_by_one,
)
from labeling.agreement.contests import RankedModels
from labeling.agreement.intervals import Figure
from labeling.agreement.judgments import BoolArray, PairJudgments
from labeling.agreement.report import Study
from labeling.agreement.statistics import STATISTICS
from labeling.models import CompletionSource, Project
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.agreement_within import counts_within
from labeling.selectors.judged_pairs import counted_rankings, ranking_rows
from labeling.selectors.win_rates import Scope, leaderboard, rankings_of_model
from labeling.services.agreement_store import refresh_agreement
from labeling.services.imported_tasks import Target
from labeling.services.judgment_imports import import_judgments
from tests.cast import Cast, client_of
from tests.labeling.import_samples import FORMATS, SAMPLES, lines, wmt_ranking
from tests.labeling.test_agreement_reference import expected
from tests.reference_data import reference_data

pytestmark = pytest.mark.django_db


def by_labeler(labeler: str, number: int, *items: tuple[str, int]) -> dict[str, Any]:
    return wmt_ranking(*items, ranking=number) | {"labeler": labeler}


def study(*rows: dict[str, Any], **choices: str) -> Project:
    known = FORMATS["wmt"]
    target = Target("wmt", f"Study {choices}", is_study=True)
    import_judgments(
        known.read(io.BytesIO(lines(*rows)), known.choices_of(choices)),
        target=target,
        dry_run=False,
        on_progress=id,
    )
    return Project.objects.get(name=target.project_name)


def source(name: str) -> int:
    return CompletionSource.objects.get(name=f"wmt/{name}").pk


def test_win_rates_credit_every_system_of_an_output() -> None:
    """R35, R38: kit and uedin wrote the same, were ranked above jhu, and are tied."""
    scope = Scope(project_id=study(by_labeler("lea", 1, ("kit uedin", 1), ("jhu", 2))).pk)

    board = leaderboard(scope, baseline_id=source("jhu"))

    rates = {one.source.name: one.win_rate and one.win_rate.value for one in board.models}
    assert rates == {"wmt/kit": 1.0, "wmt/uedin": 1.0, "wmt/jhu": None}
    assert board.head_to_head[source("kit"), source("uedin")].value == 0.5
    assert {one.num_judgments for one in board.models} == {1}


def test_the_rankings_behind_a_system_are_those_of_the_output_it_shares() -> None:
    project = study(
        by_labeler("lea", 1, ("kit uedin", 1), ("jhu", 2)),
        by_labeler("lea", 2, ("kit", 2), ("jhu", 1)),
    )
    scope = Scope(project_id=project.pk)

    behind = rankings_of_model(scope, model_id=source("uedin"), other_id=source("jhu"))

    assert [(one.model_rank, one.other_rank) for one in behind] == [(1, 2)]
    assert rankings_of_model(scope, model_id=source("kit")).count() == 2
    assert rankings_of_model(scope, model_id=source("jhu"), other_id=source("uedin")).count() == 1


def test_agreement_between_two_systems_has_the_outputs_that_they_share_with_others() -> None:
    for system in ("kit", "uedin"):
        study(
            by_labeler("lea", 1, ("kit uedin", 1), ("jhu", 2), ("online-B", 3)),
            by_labeler("max", 2, ("kit uedin", 1), ("jhu", 1), ("online-B", 2)),
        )
        refresh_agreement()

        found = counts_within(Selection(sources=(source(system), source("jhu"))))

        assert float(found.summed.total.comparisons) == 1


@pytest.mark.parametrize("name", ["wmt", "wmt-csv", "wmt-xml"])
def test_one_pair_of_languages_is_chosen_and_the_rest_left_out(name: str) -> None:
    known = FORMATS[name]

    def read(lang_pair: str) -> list[str]:
        rows = known.read(io.BytesIO(SAMPLES[name]()), known.choices_of({"lang_pair": lang_pair}))
        return [type(row).__name__ for _, row in rows]

    mine = "tur-eng" if name == "wmt" else "ron-eng"
    assert "JudgedTask" in read(mine)
    assert read(mine) == read("")
    assert set(read("fin-eng")) == {"LeftOut"}


def imported(language_pair: str) -> Project:
    file = str(reference_data("wmt16_rankings.jsonl.gz"))
    call_command(
        "import_judgments",
        "wmt",
        file,
        "--study",
        f"--choose=lang_pair={language_pair}",
        f"--project={language_pair}",
        stdout=io.StringIO(),
    )
    return Project.objects.get(name=language_pair)


def every_ranking_a_rater(project: Project) -> PairJudgments:
    rows = ranking_rows(counted_rankings().filter(task__project=project))
    items = rows.items
    return type(items)(
        **vars(items) | {"labeler": np.arange(len(items.task), dtype=np.int64)}
    ).pair_judgments()


@pytest.mark.parametrize("language_pair", LANGUAGE_PAIRS)
def test_a_translation_tasks_figures_come_out_of_the_database_to_the_printed_digit(
    cast: Cast, language_pair: str
) -> None:
    """R42: where every ranking is a rater, as published; on the page a labeler is one."""
    project = imported(language_pair)
    reference = expected("wmt16")[f"wmt16/{language_pair}"]

    summed = Study(every_ranking_a_rater(project)).summed

    for key, name in (
        ("ternary", "order_free_any"),
        ("ternary_order_bound", "published_definition(ordered,any labeler)"),
    ):
        figure: Figure = summed.figure(STATISTICS[key])
        same, comparable = STATISTICS[key].formula(summed.total)
        assert (int(same), int(comparable)) == (
            reference[name]["agree"],
            reference[name]["comparable"],
        )
        assert round(figure.value or 0, 4) == reference[name]["pA"]
    refresh_agreement()
    page = client_of(cast.rosa).get("/api/agreement/", {"project": project.pk}).json()
    shown = {figure["key"]: figure for figure in page["figures"]}
    assert shown["ternary"]["num_pairs"] == meetings_of_labelers(language_pair)


def meetings_of_labelers(language_pair: str) -> int:
    """Of two different labelers on one pair of outputs, counted one by one."""
    labelers_of: dict[tuple[str, str, str], set[str]] = {}
    file = reference_data("wmt16_rankings.jsonl.gz")
    for ranking in rankings_of_translations(file, language_pair):
        names = sorted("+".join(sorted(item["systems"])) for item in ranking["items"])
        for n, first in enumerate(names):
            for second in names[n + 1 :]:
                key = (ranking["task_id"], first, second)
                labelers_of.setdefault(key, set()).add(ranking["labeler"])
    return sum(len(some) * (len(some) - 1) // 2 for some in labelers_of.values())


def compares_outputs(language_pair: str, columns: RankedModels) -> BoolArray:
    """Which rows are of a ranking of several outputs."""
    file = reference_data("wmt16_rankings.jsonl.gz")
    several = [len(one["items"]) > 1 for one in rankings_of_translations(file, language_pair)]
    found: BoolArray = np.array(several)[columns.ranking]
    return found


@pytest.mark.parametrize("language_pair", LANGUAGE_PAIRS)
def test_strengths_of_the_imported_systems_are_those_of_another_optimiser(
    language_pair: str,
) -> None:
    """R38: every system under its own name, those that wrote the same words too."""
    project = imported(language_pair)
    columns, names = translated_models(reference_data("wmt16_rankings.jsonl.gz"), language_pair)
    # A single output, though of several systems, is nothing to compare and is not imported.
    columns = RankedModels(
        *(
            column[compares_outputs(language_pair, columns)]
            for column in (
                columns.ranking,
                columns.task,
                columns.prompt,
                columns.model,
                columns.rank,
            )
        )
    )

    board = leaderboard(Scope(project_id=project.pk))

    strengths = log_strengths_by_scipy(wins_one_by_one(columns, len(names)))
    wanted = {f"wmt/{name}": strength for name, strength in zip(names, strengths, strict=True)}
    assert {one.source.name: one.strength.log_strength for one in board.models} == pytest.approx(
        wanted, abs=1e-4
    )
