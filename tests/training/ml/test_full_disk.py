"""A disk that fills up: the job still says so, and its checkpoints stay whole."""

import json
import shutil
import subprocess
import sys

import pytest

from training.ml.full_disk import RESERVE_BYTES, give_room, is_full_disk, keep_room

MOUNT = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
# Everything lies in a file system of one MiB that only these processes see.
ON_A_SMALL_DISK = 'mount -t tmpfs -o size=1m none "$1" && exec "$2" -c "$3" "$1"'
FILLS_THE_DISK = """
import json, os, pathlib, sys
from training.ml.job import StepMetrics, run_stage
work = pathlib.Path(sys.argv[1])
job = {"stage": "reward_model", "seed": 1, "hyperparameters": {}, "work_dir": str(work),
       "inputs": {}}
(work / "job.json").write_text(json.dumps(job))
def stage(job):
    whole = work / "checkpoints" / "step-00000001"
    partial = work / "checkpoints" / ".partial-step-00000002"
    whole.mkdir(parents=True)
    partial.mkdir()
    (whole / "values.json").write_text("{}")
    yield StepMetrics(1, 2, "train", {"loss": 1.0})
    with (partial / "model.safetensors").open("wb", buffering=0) as stream:
        while True:
            stream.write(bytes(4096))
code = run_stage("reward_model", stage, [str(work / "job.json")])
left = sorted(str(path.relative_to(work)) for path in work.rglob("*"))
sys.stdout.write(json.dumps([code, json.loads((work / "result.json").read_text()), left]))
"""


def can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*MOUNT, "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not can_mount(), reason="this system lets nobody mount a small file system")
def test_a_full_disk_is_named_in_the_result_and_the_half_written_checkpoint_goes(tmp_path):
    """Fault 8: on a disk without one free block the result was lost too, and nobody knew why."""
    command = [*MOUNT, ON_A_SMALL_DISK, "sh", str(tmp_path), sys.executable, FILLS_THE_DISK]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    code, result, left = json.loads(done.stdout.splitlines()[-1])
    assert (code, result["outcome"], result["reason"]) == (1, "failed", "disk_full")
    assert "No space left" in result["detail"]
    assert "checkpoints/step-00000001/values.json" in left
    assert not any(".partial" in name or "reserve" in name for name in left)


def test_room_is_kept_and_given_back(tmp_path):
    keep_room(tmp_path)
    [reserve] = tmp_path.iterdir()
    kept = reserve.stat().st_size

    give_room(tmp_path)
    give_room(tmp_path)

    assert kept == RESERVE_BYTES
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("fault", "is_full"),
    [
        (OSError(28, "No space left on device"), True),
        (OSError(122, "Disk quota exceeded"), True),
        (OSError(13, "Permission denied"), False),
        (RuntimeError("No space left on device"), False),
    ],
)
def test_only_a_full_disk_is_one(fault, is_full):
    assert is_full_disk(fault) is is_full
