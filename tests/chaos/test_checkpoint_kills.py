"""Faults 6, 7 and 9: killed while a checkpoint is written, and damaged afterwards."""

import os
import random
import shutil
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from tests.chaos.counting import (
    run_counting,
    run_counting_directly,
    start_counting,
    wait_for_end,
    warm_up,
    write_counting_job,
)
from training.ml.checkpointing import find_checkpoint, newest_checkpoint

KILLS = 200
CONTROL_KILLS = 40
# Trainings beside each other, each with checkpoints of its own: most of a write is waiting for the
# disk, and on a busy machine kills fall into all the more moments.
CHAINS = 4
DAMAGES = 200


@dataclass
class Tally:
    """What a chain of kills came to; every start resumes what the one before left."""

    torn: int = 0
    within_a_write: int = 0
    lost_acknowledged: int = 0
    largest_loss: int = 0
    leftovers: int = 0
    exits: Counter[int] = field(default_factory=Counter)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.torn + other.torn,
            self.within_a_write + other.within_a_write,
            self.lost_acknowledged + other.lost_acknowledged,
            max(self.largest_loss, other.largest_loss),
            self.leftovers + other.leftovers,
            self.exits + other.exits,
        )


def kill_while_storing(folder, *, number, kills, seed, target=run_counting):
    """So many kills, spread over the chains."""
    with ThreadPoolExecutor(CHAINS) as pool:
        tallies = pool.map(
            lambda chain: kill_in_a_chain(
                write_counting_job(folder / f"chain-{chain}"),
                number=number,
                kills=kills // CHAINS,
                chance=random.Random(100 * seed + chain),
                target=target,
            ),
            range(CHAINS),
        )
        return sum(tallies, Tally())


def kill_in_a_chain(job, *, number, kills, chance, target):
    """Let it store one step, send the signal somewhere in the storing of the next, start again."""
    tally = Tally()
    stored = begun = 0
    for _ in range(kills):
        process, line = start_counting(job, target)
        try:
            resumed, facts = expect(line, "resumed")
        except EOFError:
            # It could not read what it found: torn, and a person would have to remove it.
            tally.torn += 1
            wait_for_end(process)
            shutil.rmtree(max((job.parent / "checkpoints").glob("step-*")))
            continue
        tally.torn += facts["is_torn"]
        tally.leftovers += facts["leftovers"]
        tally.lost_acknowledged += resumed < stored
        tally.largest_loss = max(tally.largest_loss, begun - resumed)
        wait_for_a_moment_of_storing(line, chance)
        tally.within_a_write += not line.poll()
        os.kill(process.pid, number)
        tally.exits[wait_for_end(process)] += 1
        begun = resumed + 2
        for word, step, _ in rest_of(line):
            stored, begun = (step, begun) if word == "stored" else (stored, step)
    return tally


def wait_for_a_moment_of_storing(line, chance):
    """The first write shows how long one takes; the moment lies anywhere in the second."""
    expect(line, "storing")
    started = time.monotonic()
    expect(line, "stored")
    seconds = time.monotonic() - started
    expect(line, "storing")
    time.sleep(chance.uniform(0, 1.1 * seconds))


def expect(line, word):
    said, step, facts = line.recv()
    assert said == word, (said, word)
    return step, facts


def rest_of(line):
    while True:
        try:
            yield line.recv()
        except EOFError:
            return


@pytest.fixture(scope="module", autouse=True)
def forks():
    warm_up()


def test_sigkill_in_a_checkpoint_write_never_tears_a_resume(tmp_path, fault):
    tally = kill_while_storing(tmp_path / "atomic", number=signal.SIGKILL, kills=KILLS, seed=7)
    control = kill_while_storing(
        tmp_path / "direct",
        number=signal.SIGKILL,
        kills=CONTROL_KILLS,
        seed=7,
        target=run_counting_directly,
    )

    assert tally.exits == {-signal.SIGKILL: KILLS}
    assert (tally.torn, tally.lost_acknowledged, tally.leftovers) == (0, 0, 0)
    assert tally.largest_loss <= 1
    # The control: kills really fall into the write, and this test would see what they tear.
    assert tally.within_a_write > KILLS / 2
    assert control.torn > 0

    fault(
        7,
        "SIGKILL in a checkpoint write",
        injected=f"{KILLS} kills at random moments of a write",
        target="torn resumes 0; loss ≤ 1 interval; half-written folders swept",
        measured=(
            f"torn {tally.torn} ({tally.within_a_write} of {KILLS} kills fell into the write); "
            f"largest loss {tally.largest_loss} interval; left over {tally.leftovers}. "
            f"Writing directly instead: {control.torn} of {CONTROL_KILLS} torn"
        ),
    )


def test_sigterm_in_a_checkpoint_write_ends_with_a_whole_one(tmp_path, fault):
    """The trainer finishes the write, stores the next step and leaves."""
    tally = kill_while_storing(tmp_path, number=signal.SIGTERM, kills=KILLS, seed=6)

    assert tally.exits == {75: KILLS}
    assert tally.within_a_write > KILLS / 2
    assert (tally.torn, tally.lost_acknowledged) == (0, 0)
    assert tally.largest_loss == 0

    fault(
        6,
        "SIGTERM in a checkpoint write",
        injected=f"{KILLS} signals at random moments of a write",
        target="torn resumes 0; loss ≤ 1 interval",
        measured=(
            f"torn {tally.torn} ({tally.within_a_write} of {KILLS} signals fell into the write); "
            f"largest loss {tally.largest_loss} steps"
        ),
    )


def test_a_damaged_checkpoint_is_never_resumed_from(tmp_path, fault):
    """One byte flipped or a file cut short, anywhere in the newest checkpoint."""
    job = write_counting_job(tmp_path / "job")
    process, line = start_counting(job)
    while line.recv()[:2] != ("stored", 3):
        pass
    process.kill()
    wait_for_end(process)
    root = job.parent / "checkpoints"
    newest = newest_checkpoint(root)
    before = newest_before(root)
    pristine = job.parent / "pristine"
    shutil.copytree(newest.folder, pristine)
    chance = random.Random(9)
    silent = fallen_back = said = 0
    for _ in range(DAMAGES):
        shutil.rmtree(newest.folder)
        shutil.copytree(pristine, newest.folder)
        damage(chance.choice(sorted(newest.folder.iterdir())), chance)
        search = find_checkpoint(root)
        silent += search.newest.step == newest.step
        fallen_back += search.newest.folder == before
        said += any(newest.folder.name in warning for warning in search.warnings)

    assert (silent, fallen_back, said) == (0, DAMAGES, DAMAGES)

    fault(
        9,
        "Damaged checkpoint",
        injected=f"{DAMAGES} times one byte flipped, or a file cut short",
        target="silent loads 0; the one before is used; the run says so",
        measured=(
            f"silent loads {silent}; the one before was used {fallen_back} of {DAMAGES} times, "
            f"and the warning named the damaged one {said} times"
        ),
    )


def newest_before(root):
    return sorted(root.glob("step-*"))[-2]


def damage(path, chance):
    content = bytearray(path.read_bytes())
    place = chance.randrange(len(content))
    if chance.random() < 0.5:
        del content[place:]
    else:
        content[place] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
