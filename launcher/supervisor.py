"""Starts processes in order, brings back those that crash, stops them before their services."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from launcher import proc
from launcher.errors import LauncherRefusal
from launcher.processes import Process
from launcher.service_home import leashed

FIRST_BACKOFF_SECONDS = 1.0
LONGEST_BACKOFF_SECONDS = 60.0
# A process that lived this long is healthy again, and its next crash starts from the first wait.
HEALTHY_SECONDS = 60.0
LARGEST_LOG_BYTES = 10 * 1024**2
# A runner that is told to end saves a checkpoint first; it gives its trainer two minutes.
RUNNER_PATIENCE_SECONDS = 130.0
# Everything that we start carries this mark, so that a later launcher finds what a killed one left.
MARK = "CONCORD_SUPERVISED"

Report = Callable[[str], None]


@dataclass
class Supervised:
    """One process under supervision and what is known about its life."""

    process: Process
    argv: list[str]
    environment: dict[str, str]
    log: Path
    folder: Path
    user: str | None = None
    # Runs before every start, the ones after a crash included.
    prepare: Callable[[], None] | None = None
    popen: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    crashes: int = 0
    restart_at: float = field(default=0.0)

    def start(self) -> None:
        if self.prepare is not None:
            self.prepare()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        death_signal = self.process.death_signal
        with self.log.open("ab") as output:
            self.popen = subprocess.Popen(
                leashed(self.argv, death_signal=death_signal, user=self.user),
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C in the terminal is for the launcher alone, which stops things in order.
                start_new_session=True,
            )
        self.started = time.monotonic()

    def is_running(self) -> bool:
        return self.popen is not None and self.popen.poll() is None

    def last_lines(self, count: int = 15) -> str:
        if not self.log.exists():
            return ""
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - 20_000))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-count:])


class Supervisor:
    """The processes of one launcher. All of its methods belong to the main thread, because the
    leash of a child ends with the thread that made it."""

    def __init__(self, *, logs: Path, state: Path, report: Report) -> None:
        self._logs = logs
        self._mark = str(state)
        self._report = report
        self._members: list[Supervised] = []
        # Everyone who ever descended from a member, as far as a round of the watch saw them.
        # Numbers come back after a while, so each is kept with the time its process started.
        self._family: dict[int, int] = {}
        proc.adopt_orphans()

    def start(
        self,
        process: Process,
        argv: list[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        user: str | None = None,
        prepare: Callable[[], None] | None = None,
    ) -> Supervised:
        member = Supervised(
            process=process,
            argv=argv,
            environment={**environment, MARK: self._mark},
            log=self._logs / f"{process.name}.log",
            folder=folder,
            user=user,
            prepare=prepare,
        )
        self._members.append(member)
        member.start()
        return member

    def wait_ready(
        self, member: Supervised, is_ready: Callable[[], bool], *, timeout_seconds: float
    ) -> None:
        """Raises: LauncherRefusal with the log's end when it stops or stays silent."""
        deadline = time.monotonic() + timeout_seconds
        while not is_ready():
            problem = ""
            if not member.is_running():
                problem = "stopped while starting"
            elif time.monotonic() > deadline:
                problem = f"was not ready after {timeout_seconds:.0f} s"
            if problem:
                raise LauncherRefusal(
                    f"{member.process.name} ({member.process.purpose}) {problem}.",
                    f"read the end of its log above; the whole log is {member.log}.",
                    details=member.last_lines(),
                )
            time.sleep(0.05)

    def tend(self) -> None:
        """One round of the watch: count the dead, bring back those whose wait is over."""
        self._get_to_know_family()
        now = time.monotonic()
        for member in self._members:
            if member.is_running():
                continue
            if member.popen is not None:
                self._note_crash(member, member.popen.returncode, now)
            if now >= member.restart_at:
                member.start()
                self._report(f"{member.process.name} is running again.")
        self._reap_adopted()

    def stop(self) -> None:
        """Stop everything; the services go when nobody needs them any more."""
        self._get_to_know_family()
        self._stop_all([member for member in self._members if member.process.command])
        services = [member for member in self._members if not member.process.command]
        self._stop_detached(services)
        self._stop_all(services)
        self._members.clear()

    def end_strays(self) -> None:
        """End every descendant of this process that is no member of ours nor below one."""
        members = self._pids(self._members)
        strays = proc.descendants(os.getpid()) - members - proc.descendants(*members)
        proc.end_all(strays, first=signal.SIGTERM, patience_seconds=5.0)

    def kill(self) -> None:
        """End everything at once, without asking: the second Ctrl-C."""
        self._get_to_know_family()
        everyone = self._living_family() | proc.marked(MARK, self._mark)
        proc.end_all(everyone, first=signal.SIGKILL, patience_seconds=1.0)
        for member in self._members:
            if member.popen is not None:
                member.popen.wait()
        self._reap_adopted()
        self._members.clear()

    def _note_crash(self, member: Supervised, returncode: int, now: float) -> None:
        member.popen = None
        member.crashes = 0 if now - member.started > HEALTHY_SECONDS else member.crashes
        wait = min(FIRST_BACKOFF_SECONDS * 2**member.crashes, LONGEST_BACKOFF_SECONDS)
        member.crashes += 1
        member.restart_at = now + wait
        self._report(
            f"{member.process.name} ended ({ending_text(returncode)}); it is started again in "
            f"{wait:.0f} s. Its log: {member.log}"
        )

    def _stop_all(self, members: list[Supervised]) -> None:
        """Ask all at once, last started first, then give each the patience it has."""
        asked = time.monotonic()
        running = [member for member in reversed(members) if member.is_running()]
        for member in running:
            proc.send(self._pids([member]), member.process.stop_signal)
        for member in running:
            patience = member.process.patience_seconds - (time.monotonic() - asked)
            self._wait_or_end(member, patience_seconds=max(patience, 0.0))

    def _wait_or_end(self, member: Supervised, *, patience_seconds: float) -> None:
        if member.popen is None:
            return
        try:
            member.popen.wait(timeout=patience_seconds)
        except subprocess.TimeoutExpired:
            self._report(f"{member.process.name} does not stop by itself and is ended.")
            family = proc.descendants(member.popen.pid) | {member.popen.pid}
            proc.end_all(family, first=signal.SIGKILL, patience_seconds=1.0)
            member.popen.wait()

    def _stop_detached(self, services: list[Supervised]) -> None:
        """Runners outlive their worker on purpose; at a stop they save a checkpoint and end."""
        serving = self._pids(services)
        staying = serving | proc.descendants(*serving)
        detached = self._living_family() | proc.marked(MARK, self._mark)
        detached -= staying
        if detached:
            self._report(
                "A training run saves its checkpoint and stops (Ctrl-C again: stop at once; the "
                "run then resumes from an earlier checkpoint)."
            )
            # The runner stops its trainer in its own way; asking the ranks too would cut in.
            proc.send(proc.roots(detached), signal.SIGTERM)
            remaining = proc.wait_gone(detached, timeout_seconds=RUNNER_PATIENCE_SECONDS)
            proc.end_all(remaining, first=signal.SIGKILL, patience_seconds=5.0)
        self._reap_adopted()

    def _get_to_know_family(self) -> None:
        """Remember every descendant while its line to us can still be followed."""
        members = self._pids(self._members)
        for pid in members | proc.descendants(*members):
            self._family[pid] = proc.start_ticks(pid)

    def _living_family(self) -> set[int]:
        return {
            pid
            for pid, started in self._family.items()
            if proc.start_ticks(pid) == started and proc.is_alive(pid)
        }

    def _reap_adopted(self) -> None:
        """Count orphans that became ours; the members' own ends are left for their Popen."""
        members = self._pids(self._members)
        proc.reap(lambda pid: pid in self._family and pid not in members)
        self._family = {
            pid: started
            for pid, started in self._family.items()
            if proc.start_ticks(pid) == started
        }

    def _pids(self, members: list[Supervised]) -> set[int]:
        return {member.popen.pid for member in members if member.popen is not None}


def ending_text(returncode: int) -> str:
    if returncode >= 0:
        return f"status {returncode}"
    return f"signal {signal.Signals(-returncode).name}"
