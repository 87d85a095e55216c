"""Records are cut where they can be cut, and what is exported is what the plain way exports."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.training.exporters.frozen import exported, frozen_task
from tests.training.exporters.plain_rows import plain_export
from training.exporters.frozen_tasks import frozen_task as read_task
from training.services.canonical import canonical_line

# What a line is cut at, and what ends or escapes a string.
TRAPS = (
    '"', "\\", '\\"', '},{"id":', '"},{"id":1', ',"text":', '","text":"', '],"prompt":',
    '"}],"prompt":"', ',"rankings":[', ',"prompt_id":', ',"completions":[{"id":', '{"axes":',
    '"split":"train"', '"split":"validation"', '"labeler":3,"ranks":[2,1]', "\n", "{", ",",
)  # fmt: skip
TEXTS = some.lists(some.sampled_from(TRAPS) | some.text(max_size=3), max_size=5).map("".join)
TEXTS = TEXTS.filter(lambda text: not any("\ud800" <= one <= "\udfff" for one in text))
SOURCES = some.sampled_from(["policy", "concord/policy", "concord/other"]) | TEXTS
RATINGS = some.dictionaries(TEXTS, some.integers(0, 7) | some.just(4.5), max_size=2)


@some.composite
def records(draw: some.DrawFn) -> list[dict[str, Any]]:
    return [draw(tasks(number)) for number in range(draw(some.integers(1, 3)))]


@some.composite
def tasks(draw: some.DrawFn, number: int) -> dict[str, Any]:
    k = draw(some.integers(2, 4))
    ranks = some.lists(some.none() | some.integers(1, 3), min_size=k, max_size=k)
    ranks = ranks.filter(lambda one: sum(rank is not None for rank in one) > 1)
    axes = some.just({}) | some.lists(RATINGS, min_size=k, max_size=k).map(
        lambda made: {"axes": made}
    )
    return {
        "task_id": number,
        "prompt_id": number,
        "prompt": draw(TEXTS),
        "category": draw(some.none() | some.just("chat")),
        "split": draw(some.sampled_from(["train", "validation"])),
        "completions": [{"id": n, "text": draw(TEXTS), "source": draw(SOURCES)} for n in range(k)],
        "rankings": [
            {"id": f"r{n}", "labeler": draw(some.integers(1, 4)), "ranks": draw(ranks)} | draw(axes)
            for n in range(draw(some.integers(1, 3)))
        ],
    }


@given(records())
def test_any_task_is_exported_as_the_plain_way_exports_it(
    tmp_path_factory: pytest.TempPathFactory, frozen: list[dict[str, Any]]
) -> None:
    """R50: byte for byte, in every file, whatever the texts look like."""
    out, _ = exported(tmp_path_factory.mktemp("export"), "rm", frozen, simulated=[2])

    for name, rows in plain_export(frozen, simulated=[2]).items():
        expected = [
            json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() for row in rows
        ]
        assert (out / name).read_bytes().split(b"\n")[:-1] == expected


def test_a_line_is_cut_between_its_strings_and_never_inside_one() -> None:
    text = '"},{"id":7,"source":"x","text":"y"}],"prompt":"z","rankings":[{"axes":'
    record = frozen_task(1, (7, [1, None, 2]), prompt=text)
    record["completions"][1]["text"] = text

    read = read_task(canonical_line(record))

    assert json.loads(read.prompt) == text
    assert [json.loads(one) for one in read.texts] == ["Answer 0", text, "Answer 2"]
    assert read.sources == ("policy-0", "policy-1", "policy-2")
    assert [tuple(one) for one in read.rankings] == [(7, (1, None, 2), ())]


def test_ratings_come_along_whatever_they_are_called() -> None:
    axes = [{'"ranks":[9]': 1, "}],": 4.5}, {}, {}]
    record = frozen_task(1, (7, [1, 2, 2]))
    record["rankings"][0]["axes"] = axes

    (ranking,) = read_task(canonical_line(record)).rankings

    assert (ranking.labeler, ranking.ranks, ranking.axes) == (7, (1, 2, 2), axes)


@pytest.mark.parametrize("line", [b"{}\n", b'{"prompt":"Say it.","split":"train"}\n', b"\n"])
def test_a_line_that_is_no_task_is_not_taken_for_one(line: bytes, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unpack"):
        read_task(line)
