"""A process that is killed with SIGKILL while it exports (R49)."""

import json
import subprocess
from pathlib import Path

from tests.training.exporters.frozen import exported, wanted_of
from tests.training.exporters.test_writing import contents, many
from tests.training.processes import program, wait_until
from training.exporters.writing import STATE, read_progress, write_on

# In steps of so many looks, with processes that help it.
WRITER = """
import os, sys
from itertools import count
from pathlib import Path
from training.exporters import makers
from training.exporters.writing import Wanted, write_on

os.cpu_count = lambda: 2
makers.WORTHWHILE_BYTES = 0
folder, out, sha256 = Path({folder!r}), Path({out!r}), {sha256!r}
wanted = Wanted(folder / "records.jsonl", sha256, "rm", {files!r})
while True:
    looks = count()
    if write_on(wanted, out, lambda: next(looks) < 20).is_over:
        break
"""


def test_an_export_goes_on_where_the_last_step_ended(tmp_path: Path) -> None:
    """Nothing is lost of the steps that ended, and who helped it leaves without a word."""
    records = many(20_000)
    whole, _ = exported(tmp_path, "rm", records)
    out = tmp_path / "again"
    out.mkdir()
    wanted = wanted_of(tmp_path, "rm", records)
    said = {"folder": str(tmp_path), "out": str(out), "sha256": wanted.records_sha256}

    process = subprocess.Popen(
        program(WRITER.format(**said, files=list(wanted.files))), stderr=subprocess.PIPE, text=True
    )
    wait_until((out / STATE).exists)
    process.kill()
    _, errors = process.communicate()

    assert process.returncode == -9
    assert errors == ""
    assert 0 < read_progress(out).tally.num_records < len(records)
    assert json.loads((out / STATE).read_text())["what"] == wanted.what
    assert write_on(wanted, out, lambda: True).is_over
    assert contents(out) == contents(whole)
