"""Lines that a job appends as it goes: whole ones, whatever an earlier attempt left behind."""

import json

import pytest

from training.ml.drafts import Drafts, append_lines


@pytest.mark.parametrize("left", ["", '{"step": 1}\n', '{"step": 1}\n{"step"', '{"st'])
def test_half_a_line_of_an_earlier_attempt_goes_and_costs_no_line_behind_it(tmp_path, left):
    """Fault 8: a full disk cuts the line that is being written; the next attempt goes on."""
    path = tmp_path / "progress.jsonl"
    path.write_text(left)

    append_lines(path, ['{"step": 2}\n'])
    append_lines(path, ['{"step": 3}\n', '{"step": 4}\n'])

    steps = [json.loads(line)["step"] for line in path.read_text().splitlines()]
    assert steps == ([1] if left.count("\n") else []) + [2, 3, 4]


def test_a_file_that_is_not_there_yet_begins_with_the_first_line(tmp_path):
    append_lines(tmp_path / "new.jsonl", ["ä\n"])
    assert (tmp_path / "new.jsonl").read_text(encoding="utf-8") == "ä\n"


def test_half_a_row_is_not_read_and_its_successor_is(tmp_path):
    drafts = Drafts(tmp_path, "samples")
    drafts.append(0, [{"place": 1}])
    left = tmp_path / ".samples-1.jsonl"
    left.write_text('{"place": 2}\n{"pla')

    assert drafts.read() == [{"place": 1}, {"place": 2}]
    drafts.append(1, [{"place": 3}])
    assert drafts.read() == [{"place": 1}, {"place": 2}, {"place": 3}]
