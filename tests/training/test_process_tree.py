"""The trainer's life hangs on its runner and on the lease."""

import os
import signal
import subprocess
import sys
import uuid

import pytest

from tests.training.processes import TWO_SESSIONS, program, trainer_pids, wait_until
from training.ml.watchdog import birth_of
from training.runner.cgroup import create_group, end_group, leftover_groups
from training.runner.claim import Claim
from training.runner.environment import devices_of_slot, trainer_environment, waiting
from training.runner.markers import kill_leftovers, kill_trainer, marks
from training.runner.process_tree import TrainerTree
from training.runner.work_folder import WorkFolder
from training.runner.wrapper import LEASE_IS_GONE, TOLD_TO_LEAVE, machine_clock


@pytest.fixture
def held():
    return Claim(run_id=uuid.uuid4(), fence=3, attempt=1, host="node-a", slot_index=0)


@pytest.fixture
def log(tmp_path):
    return tmp_path / "trainer.log"


@pytest.fixture
def start(held, log):
    trees = []

    def start_tree(command, *, seconds=60.0, environment=None):
        tree = TrainerTree.start(
            held,
            command=command,
            environment=environment or trainer_environment(held, os.environ),
            log=log,
            deadline=machine_clock() + seconds,
        )
        trees.append(tree)
        return tree

    yield start_tree
    for tree in trees:
        tree.kill()


def ended(tree):
    wait_until(lambda: tree.poll() is not None)
    return tree.poll()


def test_the_exit_code_and_the_output_of_the_trainer_come_through(start, log):
    tree = start(program("print('hello'); raise SystemExit(75)"))

    assert ended(tree) == 75
    assert log.read_text() == "hello\n"


def test_a_trainer_killed_by_a_signal_gives_128_and_its_number(start):
    tree = start(program("import os; os.kill(os.getpid(), 11)"))

    assert ended(tree) == 128 + 11


def test_a_fault_in_native_code_leaves_where_it_was_in_the_log(start, log):
    tree = start(program("import ctypes; ctypes.string_at(0)"))

    assert ended(tree) == 128 + 11
    assert "Segmentation fault" in log.read_text()
    assert 'File "<string>", line 1 in <module>' in log.read_text()


def test_killing_the_tree_reaches_processes_in_other_sessions(start, held, log):
    tree = start(program(TWO_SESSIONS))
    wait_until(lambda: log.exists() and "ready" in log.read_text())
    # The wrapper, the program and its child.
    assert len(trainer_pids(held.run_id)) == 3

    tree.kill()

    assert trainer_pids(held.run_id) == []


# Leaves the session and forgets the marks: only the control group still knows it.
ESCAPES = """
    import subprocess, time
    escaped = subprocess.Popen(["sleep", "60"], start_new_session=True, env={})
    print(escaped.pid, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def escaped(start, held, log):
    """A trainer with a process that no mark leads to; the tree and that process's number."""
    probe = create_group(run_id="probe", fence=0)
    if probe is None:
        pytest.skip("this system lets us make no control group")
    end_group(probe)
    tree = start(program(ESCAPES))
    wait_until(lambda: log.exists() and log.read_text().endswith("\n"))
    pid = int(log.read_text())
    assert pid not in trainer_pids(held.run_id)
    return tree, pid


def test_the_control_group_reaches_what_the_marks_do_not(escaped, held):
    """Fault 26, orphans 0: three layers, and each of them alone must do."""
    tree, pid = escaped

    tree.kill()

    wait_until(lambda: birth_of(pid) is None)
    assert leftover_groups(run_id=str(held.run_id), fence=0) == []


def test_without_a_runner_the_wrapper_ends_the_group(escaped, held):
    tree, pid = escaped

    tree.renew(machine_clock() - 1)

    wait_until(lambda: birth_of(pid) is None)
    assert ended(tree) == LEASE_IS_GONE


def test_the_next_attempt_ends_the_group_of_the_one_before(escaped, held):
    """Runner and wrapper died at once and their trainer lives on."""
    _, pid = escaped

    assert kill_leftovers(run_id=str(held.run_id), fence=held.fence + 1) >= 2

    wait_until(lambda: birth_of(pid) is None)


def test_a_deadline_that_passes_ends_the_trainer(start, held):
    """A runner that is frozen or cut off renews nothing, so no second trainer can overlap."""
    tree = start(program(TWO_SESSIONS), seconds=1.0)

    assert ended(tree) == LEASE_IS_GONE
    assert trainer_pids(held.run_id) == []


def test_a_renewed_deadline_lets_the_trainer_live(start):
    tree = start(program("import time; time.sleep(2)"), seconds=0.7)

    tree.renew(machine_clock() + 60)

    assert ended(tree) == 0


def test_the_newest_deadline_counts(start):
    tree = start(program("import time; time.sleep(60)"))

    tree.renew(machine_clock() + 100)
    tree.renew(machine_clock() - 1)

    assert ended(tree) == LEASE_IS_GONE


def test_a_wrapper_told_to_leave_takes_the_trainer_along(start, held, log):
    tree = start(program(TWO_SESSIONS))
    wait_until(lambda: log.exists() and "ready" in log.read_text())
    wrapper = min(trainer_pids(held.run_id))

    os.kill(wrapper, signal.SIGTERM)

    assert ended(tree) == TOLD_TO_LEAVE
    assert trainer_pids(held.run_id) == []


def test_the_tree_dies_with_a_runner_that_is_killed(held, tmp_path):
    """Fault 3: kill -9 of the runner, orphans 0, within 5 s."""
    runner = subprocess.Popen(
        program(
            """
            import os, pathlib, sys, time, uuid
            import django
            django.setup()
            from training.runner.claim import Claim
            from training.runner.environment import trainer_environment
            from training.runner.process_tree import TrainerTree
            from training.runner.wrapper import machine_clock
            held = Claim(run_id=uuid.UUID(sys.argv[1]), fence=3, attempt=1, host="a", slot_index=0)
            tree = TrainerTree.start(
                held,
                command=[sys.executable, "-c", sys.argv[3]],
                environment=trainer_environment(held, os.environ),
                log=pathlib.Path(sys.argv[2]),
                deadline=machine_clock() + 60,
            )
            time.sleep(60)
            """,
            held.run_id,
            tmp_path / "trainer.log",
            program(TWO_SESSIONS)[-1],
        ),
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
    )
    try:
        wait_until(lambda: len(trainer_pids(held.run_id)) == 3)
    finally:
        runner.kill()
        runner.wait()

    wait_until(lambda: trainer_pids(held.run_id) == [], seconds=5)
    wait_until(lambda: leftover_groups(run_id=str(held.run_id), fence=0) == [])


def test_leftovers_of_an_older_attempt_are_killed_and_nothing_else(held):
    """A new attempt on the same machine starts alone; other runs and itself are untouched."""
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    other_run = uuid.uuid4()
    environments = {
        "older trainer": marks(run_id=str(held.run_id), fence=2, process="trainer"),
        "older runner": marks(run_id=str(held.run_id), fence=1, process="runner"),
        "this trainer": marks(run_id=str(held.run_id), fence=3, process="trainer"),
        "other run": marks(run_id=str(other_run), fence=2, process="trainer"),
    }
    processes = {
        name: subprocess.Popen(sleeper, env=environment)
        for name, environment in environments.items()
    }
    try:
        wait_until(lambda: len(trainer_pids(held.run_id)) + len(trainer_pids(other_run)) == 3)

        killed = kill_leftovers(run_id=str(held.run_id), fence=held.fence)

        alive = {name for name, process in processes.items() if process.poll() is None}
        assert killed == 2
        assert alive == {"this trainer", "other run"}
        assert kill_trainer(run_id=str(held.run_id), fence=held.fence) == 1
    finally:
        for process in processes.values():
            process.kill()
            process.wait()


def test_a_stopped_process_is_killed_too(held):
    """Fault 15: a frozen older runner cannot wake up later."""
    environment = marks(run_id=str(held.run_id), fence=2, process="runner")
    frozen = subprocess.Popen(program("import time; time.sleep(60)"), env=environment)
    os.kill(frozen.pid, signal.SIGSTOP)

    kill_leftovers(run_id=str(held.run_id), fence=3)

    assert frozen.wait(timeout=5) == -signal.SIGKILL


def test_the_trainer_sees_no_secret(start, held, log, monkeypatch):
    """the trainer runs without database credentials."""
    monkeypatch.setenv("CONCORD_CANARY", "secret")
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    tree = start(program("import json, os; print(json.dumps(sorted(os.environ)))"))

    assert ended(tree) == 0
    seen = log.read_text()
    assert "DATABASE_URL" not in seen
    assert "REDIS_URL" not in seen
    assert "SECRET" not in seen
    assert "CANARY" not in seen
    for name in ("CONCORD_RUN_ID", "CONCORD_PARENT_PID", "OMP_NUM_THREADS", "GOMP_SPINCOUNT"):
        assert f'"{name}"' in seen


def test_threads_of_a_trainer_spin_briefly_unless_the_node_says_how_to_wait():
    assert waiting({"PATH": "/bin"}) == {"GOMP_SPINCOUNT": "10000"}
    assert waiting({"OMP_WAIT_POLICY": "ACTIVE"}) == {"OMP_WAIT_POLICY": "ACTIVE"}
    assert waiting({"GOMP_SPINCOUNT": "7"}) == {"GOMP_SPINCOUNT": "7"}


def test_slots_own_accelerators_side_by_side():
    assert devices_of_slot(0, processes=1, visible=None) == "0"
    assert devices_of_slot(1, processes=4, visible=None) == "4,5,6,7"
    # This node was limited to devices 2, 3, 5 and 7.
    assert devices_of_slot(1, processes=2, visible="2,3,5,7") == "5,7"


def test_an_overdue_stop_is_noticed(settings, start, held):
    settings.RUN_STOP_TIMEOUT_SECONDS = 0
    tree = start(program("import time; time.sleep(60)"))
    folder = WorkFolder.of(held.run_id)
    folder.prepare({})
    assert not tree.stop_is_overdue

    tree.ask_to_stop(folder, how="pause")

    assert (folder.path / "stop").read_text() == "pause"
    wait_until(lambda: tree.stop_is_overdue)


def test_a_stop_that_a_full_disk_swallows_still_comes_to_an_end(settings, start, held, tmp_path):
    """Fault 26 on top of fault 8: the word cannot be written, so the trainer's time runs out."""
    settings.RUN_STOP_TIMEOUT_SECONDS = 0
    tree = start(program("import time; time.sleep(60)"))
    nowhere = WorkFolder(tmp_path / "no such folder")

    tree.ask_to_stop(nowhere, how="cancel")

    wait_until(lambda: tree.stop_is_overdue)
