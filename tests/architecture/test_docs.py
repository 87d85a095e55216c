"""Docs that can be checked are checked: the road, the paper map, hyperparameters and metrics."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from labeling.agreement.statistics import STATISTICS
from labeling.api.bias import LABELS
from labeling.api.labeler_quality import FACTS
from labeling.importers.formats import FORMATS
from tests.architecture import metrics_page
from training.ml.hyperparameters import STAGES, describe

ROOT = Path(__file__).resolve().parents[2]
PAPER = ROOT / "docs" / "paper.md"
CODE = re.compile(r"`([^`]+)`")


def table_rows(document: Path, first_header: str) -> list[list[str]]:
    """The cells of every row of the tables whose first header cell is this one."""
    rows: list[list[str]] = []
    inside = False
    for line in document.read_text().splitlines():
        if not line.startswith("|"):
            inside = False
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] == first_header:
            inside = True
        elif inside and not set(line) <= set("|-: "):
            rows.append(cells)
    return rows


def source_of(names: list[str]) -> str:
    """The text of the named files; a bare name lies beside the one before; folders count whole."""
    texts = []
    folder = ROOT
    for name in names:
        path = ROOT / name if "/" in name else folder / name
        assert path.exists(), f"{name} is not where the document says"
        folder = path.parent
        files = sorted(path.rglob("*.ts*")) if path.is_dir() else [path]
        texts += [file.read_text() for file in files]
    return "\n".join(texts)


def test_a_ranking_walks_the_sixteen_stops_of_the_readme() -> None:
    stops = table_rows(ROOT / "README.md", "#")

    assert [stop[0] for stop in stops] == [str(number) for number in range(1, 17)]
    for number, files, functions, _ in stops:
        source = source_of(CODE.findall(files))
        for function in CODE.findall(functions):
            assert re.search(rf"\b{function}\b", source), f"stop {number}: no {function} in {files}"


def test_every_row_of_the_paper_map_points_at_code_that_exists() -> None:
    rows = table_rows(PAPER, "In the paper")

    assert len(rows) > 70
    for paper, files, names, _ in rows:
        source = source_of(CODE.findall(files))
        for name in CODE.findall(names):
            assert re.search(rf"\b{re.escape(name)}\b", source), f"{paper}: no {name} in {files}"


def test_every_row_of_the_paper_map_names_a_test_that_exists() -> None:
    suites = suites_by_name()
    missing = []
    for paper, _, _, proofs in table_rows(PAPER, "In the paper"):
        for proof in proofs.split(";"):
            file, *names = CODE.findall(proof)
            assert names, f"{paper}: no test is named in {file}"
            known = proofs_in(suites[file])
            missing += [f"{paper}: {file} has no {name}" for name in names if name not in known]

    assert missing == []


def test_what_is_not_built_yet_is_claimed_by_no_test() -> None:
    """A test that names such a requirement builds it: then it belongs above, with its test."""
    unbuilt = table_rows(PAPER, "requirement")
    numbers = {number for cells in unbuilt for number in re.findall(r"R\d+", cells[0])}
    claimed = {
        number: path.name
        for paths in suites_by_name().values()
        for path in paths
        for number in numbers & set(re.findall(r"\bR\d+\b", path.read_text()))
    }

    assert len(numbers) > 5
    assert claimed == {}


def test_every_requirement_is_claimed_by_a_test_or_told_to_be_missing() -> None:
    """One that is neither built nor told to be missing would have been forgotten."""
    claimed = numbers_in(path.read_text() for paths in suites_by_name().values() for path in paths)
    missing = numbers_in(
        cells[0] for header in ("requirement", "partly") for cells in table_rows(PAPER, header)
    )

    assert set(range(1, 89)) - claimed - missing == set()
    assert claimed | missing == set(range(1, 89))


def numbers_in(texts: Iterable[str]) -> set[int]:
    return {int(number) for text in texts for number in re.findall(r"\bR(\d+)\b", text)}


def suites_by_name() -> dict[str, list[Path]]:
    """Every test file by its name; folders may hold files of the same name."""
    found: dict[str, list[Path]] = {}
    frontend = ROOT / "frontend" / "src"
    for path in [*(ROOT / "tests").rglob("test_*.py"), *frontend.rglob("*.test.ts*")]:
        found.setdefault(path.name, []).append(path)
    return found


def proofs_in(paths: list[Path]) -> set[str]:
    text = "\n".join(path.read_text() for path in paths)
    return {*re.findall(r"def (test_\w+)", text), *re.findall(r'\btest\("([^"]+)"', text)}


def hyperparameter_table(stage: str) -> str:
    """What docs/paper.md must hold for a stage; paste it there when a hyperparameter changes."""
    rows = [
        f"| `{field.name}` | {field.default} {field.unit}".rstrip() + f" | {field.source} |"
        for field in describe(stage)
    ]
    return "\n".join(["| hyperparameter | default | source |", "|---|---|---|", *rows])


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_the_paper_map_prints_the_defaults_that_the_code_has(stage: str) -> None:
    text = PAPER.read_text()

    assert hyperparameter_table(stage) in text, hyperparameter_table(stage)


def test_the_metrics_page_says_what_the_glossary_says() -> None:
    """R47. `python -m tests.architecture.metrics_page` writes it anew."""
    assert set(metrics_page.STAGES) == set(STAGES)
    assert metrics_page.PAGE.read_text() == metrics_page.metrics_page()


def test_the_guide_has_every_picture_and_no_picture_lies_about() -> None:
    """Taken by `./concord screenshots` or drawn from runs, each small enough to be read with."""
    images = ROOT / "docs" / "images"
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    texts = [page.read_text() for page in pages]
    linked = {name for text in texts for name in re.findall(r"images/([\w-]+\.(?:png|svg))", text)}

    assert linked == {path.name for path in images.iterdir()}
    assert max(path.stat().st_size for path in images.iterdir()) < 200_000


def test_every_format_that_is_imported_is_described_with_all_that_it_leaves_to_choose() -> None:
    described = {
        name: set(CODE.findall(choices)) or {choices}
        for formats, _, choices in table_rows(ROOT / "docs" / "data.md", "format")
        for name in CODE.findall(formats)
    }

    assert described == {
        name: {choice.name for choice in known.choices} or {""} for name, known in FORMATS.items()
    } | {"csv": {"all of it"}}


def test_every_figure_that_a_page_names_has_its_formula_and_when_it_is_not_defined() -> None:
    """R42, R45: what the API calls a figure is what the researcher's guide calls it."""
    rows = table_rows(ROOT / "docs" / "research.md", "figure")
    described = {name.strip() for names, *_ in rows for name in names.split(",")}
    described |= {names for names, *_ in rows}
    named = {
        *(statistic.label for statistic in STATISTICS.values()),
        *(words.label for words in FACTS.values()),
        *(label for key, label in LABELS.items() if ":" not in key),
    }

    assert named - described == set()
    assert all(formula for _, formula, _ in rows)


def docstring_of_test(name: str) -> str:
    """The docstring of `file.py::test_name` among the trainer's tests."""
    file, _, function = name.partition("::")
    tree = ast.parse((ROOT / "tests" / "training" / "ml" / file).read_text())
    found = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert function in found, f"docs/invariants.md names {name}, which does not exist"
    return ast.get_docstring(found[function]) or ""


def test_every_invariant_has_tests_that_carry_its_number() -> None:
    """T1-T6, RM1-RM12, P1-P22: forty rows, each with tests that exist and say what they prove."""
    rows = table_rows(ROOT / "docs" / "invariants.md", "#")
    counts = {"T": 6, "RM": 12, "P": 22}

    assert [row[0] for row in rows] == [
        f"{kind}{number}" for kind, count in counts.items() for number in range(1, count + 1)
    ]
    for number, _, tests, noticed in rows:
        assert CODE.findall(tests), f"{number} has no test"
        for name in CODE.findall(tests + noticed):
            docstring = docstring_of_test(name)
            is_told = re.search(rf"\b{number}\b", docstring)
            assert is_told, f"the docstring of {name} does not carry {number}"


def test_percent_is_written_without_a_space_wherever_people_read() -> None:
    """Docs, run pages (by way of the glossary) and the other pages write it alike."""
    apart = re.compile(r"[\d}] %(?=$|[\s.,;:)\"'`|*\]])", re.MULTILINE)
    documents = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
    pages = [
        path for path in (ROOT / "frontend" / "src").rglob("*.ts*") if path.name != "schema.d.ts"
    ]
    said = [*(ROOT / "training" / "ml" / "glossary").rglob("*.py"), *documents, *pages]

    found = [str(path.relative_to(ROOT)) for path in said if apart.search(path.read_text())]

    assert found == []
