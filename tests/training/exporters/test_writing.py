"""An export goes on where it was, whatever it was in the middle of, and is the same to the byte."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.training.exporters.frozen import (
    exported,
    frozen_demonstration,
    frozen_task,
    rows_of,
    wanted_of,
)
from training.exporters.data_card import CardFacts, agreement_of, hashes_of_card, write_card
from training.exporters.tally import Tally, agreement_counts
from training.exporters.writing import STATE, write_on


def many(number: int) -> list[dict[str, Any]]:
    return [
        frozen_task(n, (n % 7, [1, 2, 3]), (n % 5 + 7, [2, 1, None]), split=split)
        for n in range(1, number + 1)
        for split in [("train", "validation")[n % 3 == 0]]
    ]


class Looks:
    """Says once that it is enough, at the nth time it is asked."""

    def __init__(self, enough_at: int) -> None:
        self._left = enough_at

    def __call__(self) -> bool:
        self._left -= 1
        return self._left != 0


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.jsonl"))
    }


@pytest.mark.parametrize("damage", ["none", "files ahead of the state", "no step ever"])
def test_an_export_that_was_cut_off_goes_on_to_the_same_bytes(tmp_path: Path, damage: str) -> None:
    whole, _ = exported(tmp_path, "rm", many(250))
    folder = tmp_path / "again"
    folder.mkdir()
    wanted = wanted_of(tmp_path, "rm", many(250))

    first = write_on(wanted, folder, Looks(1 if damage == "no step ever" else 2))
    if damage == "files ahead of the state":
        # A writer that was killed has written more than it could say.
        with (folder / "train/ranking.jsonl").open("ab") as file:
            file.write(b'{"task": 101, "pro')
    assert not first.is_over
    assert first.tally.num_records == (0 if damage == "no step ever" else 100)
    last = write_on(wanted, folder, lambda: True)

    assert last.is_over
    assert contents(folder) == contents(whole)


def test_a_finished_export_writes_nothing_more(tmp_path: Path) -> None:
    out, progress = exported(tmp_path, "rm", many(20))
    before = contents(out)

    assert write_on(wanted_of(tmp_path, "rm", many(20)), out, lambda: True) == progress
    assert contents(out) == before


def test_the_demonstrations_of_one_prompt_are_never_torn_apart(tmp_path: Path) -> None:
    """Their order is made within the prompt, so a step ends between prompts."""
    records = [
        frozen_demonstration(n, text, labeler)
        for n in range(150)
        for text, labeler in (("b", 2), ("a", 1))
    ]
    whole, _ = exported(tmp_path, "sft", records)
    folder = tmp_path / "again"
    folder.mkdir()
    wanted = wanted_of(tmp_path, "sft", records)

    write_on(wanted, folder, Looks(2))
    write_on(wanted, folder, lambda: True)

    assert contents(folder) == contents(whole)
    assert [row["completion"] for row in rows_of(whole / "train/sft.jsonl")[:2]] == ["a", "b"]


TEXTS = some.text(some.characters(exclude_categories=["Cs"]), max_size=20)


@given(some.lists(TEXTS, min_size=1, max_size=5))
def test_any_text_is_one_line_and_comes_back(tmp_path_factory, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("texts")
    records = [frozen_demonstration(n, text, 1) for n, text in enumerate(texts)]

    out, _ = exported(folder, "sft", records)

    lines = (out / "train/sft.jsonl").read_bytes().split(b"\n")[:-1]
    assert [json.loads(line)["completion"] for line in lines] == texts


def test_agreement_counts_couples_of_labelers_on_strict_pairs() -> None:
    """On (0,1) +, +, - are 1 of 3; on (0,2) +, +, tie are 1 of 1; on (1,2) +, -, + are 1 of 3."""
    assert agreement_of_each((1, 2, 3), (1, 3, 2), (2, 1, 2)) == (3, 7)
    assert agreement_of_each((1, 1), (1, 2)) == (0, 0)
    assert agreement_of_each((1, None, 2), (None, 1, 2)) == (0, 0)
    assert agreement_of_each() == (0, 0)


def agreement_of_each(*ranks: tuple[int | None, ...]) -> tuple[int, int]:
    """Each by another labeler."""
    return agreement_counts([(f"labeler-{n}", one) for n, one in enumerate(ranks)])


def test_one_person_is_not_compared_with_themselves_and_has_one_say_on_a_pair() -> None:
    """Two partial rankings of one are theirs together; of a pair judged twice the last counts."""
    partial = [("a", (1, 2, None)), ("a", (None, 1, 2))]

    assert agreement_counts(partial) == (0, 0)
    assert agreement_counts([*partial, ("b", (1, 2, 3))]) == (2, 2)
    assert agreement_counts([("a", (1, 2)), ("a", (2, 1)), ("b", (1, 2))]) == (0, 1)
    # A tie takes back what was said before.
    assert agreement_counts([("a", (1, 2)), ("a", (1, 1)), ("b", (1, 2))]) == (0, 0)


def tally_of(*tasks: list[tuple[str, tuple[int, ...]]]) -> Tally:
    """Each task of a prompt of its own."""
    tally = Tally()
    for number, said in enumerate(tasks):
        tally.count_task(2, said, prompt=f"Prompt {number}".encode())
    return tally


def test_simulated_labelers_are_no_part_of_the_agreement_and_it_is_said() -> None:
    people = [("labeler-1", (1, 2)), ("labeler-2", (2, 1))]

    tally = tally_of([*people, ("simulated-3", (1, 2))])

    assert (tally.num_comparable, tally.num_agreeing) == (1, 0)
    assert (tally.num_rankings, tally.num_simulated_rankings) == (3, 1)


def test_the_cards_agreement_has_an_interval_by_prompts_and_a_minimum() -> None:
    """Of 40 prompts 30 agree: 3/4 plus and minus 1.96 sqrt(3/16 / 40), about."""
    agreeing = [("labeler-1", (1, 2)), ("labeler-2", (1, 2))]
    not_so = [("labeler-1", (1, 2)), ("labeler-2", (2, 1))]

    figure = agreement_of(tally_of(*[agreeing] * 30, *[not_so] * 10))
    too_few = agreement_of(tally_of(*[agreeing] * 12))

    assert figure.value == 0.75
    assert figure.low == pytest.approx(0.75 - 0.134, abs=0.03)
    assert figure.high == pytest.approx(0.75 + 0.134, abs=0.03)
    assert too_few.value is None
    assert "8 more" in (too_few.reason_undefined or "")


FACTS = CardFacts(
    title="Spring",
    kind="rm",
    split_rule="the prompt's own",
    query={},
    records_sha256="ab" * 32,
    instructions=["Helpfulness, version 2"],
    num_simulated=0,
)


def finished(tmp_path: Path) -> Path:
    records = [frozen_task(1, (7, [1, 2, 2]), (8, [1, 2, 3])), frozen_task(2, (7, [1, 2, 3]))]
    out, progress = exported(tmp_path, "rm", records)
    write_card(out, FACTS, progress)
    return out


def test_the_card_says_what_the_data_are_and_how_to_read_them(tmp_path: Path) -> None:
    """Two comparable pairs, (0,1) and (0,2), on both of which the two labelers agree."""
    card = (finished(tmp_path) / "README.md").read_text()

    assert "| pairwise agreement of people, ties left out | not defined: " in card
    assert "At least 20 are needed, 18 more than that." in card
    assert "| comparisons behind it | 2 |" in card
    assert "| strict pairs | 8 |" in card
    assert "| tied pairs | 1 |" in card
    assert "Helpfulness, version 2" in card
    assert "A tie makes no pair" in card
    assert "- config_name: preference\n  data_files:\n  - split: train\n" in card


def test_the_manifest_names_every_file_and_the_empty_ones_are_gone(tmp_path: Path) -> None:
    out = finished(tmp_path)

    manifest = json.loads((out / "manifest.json").read_text())
    there = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert manifest["files"].keys() | {"manifest.json"} == there
    assert not (out / "validation/ranking.jsonl").exists()
    assert not (out / STATE).exists()
    assert manifest["files"]["train/ranking.jsonl"]["rows"] == 2
    assert (manifest["num_labelers"], manifest["tally"]["num_rankings"]) == (2, 3)


def test_a_card_written_once_more_is_the_same_and_says_no_hash_of_its_manifest(
    tmp_path: Path,
) -> None:
    """As after a process that died between its manifest and the end."""
    records = many(30)
    out, progress = exported(tmp_path, "rm", records)
    write_card(out, FACTS, progress)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}

    write_card(out, FACTS, write_on(wanted_of(tmp_path, "rm", records), out, lambda: True))

    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    said = hashes_of_card(out)
    assert "manifest.json" not in said
    for name, sha256 in said.items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == sha256
