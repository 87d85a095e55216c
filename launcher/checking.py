"""`./concord check`: every check that reads the code, all of them, then one table."""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from launcher import checks, environment, frontend, screen
from launcher.layout import Layout
from launcher.node import Node

SCHEMA = "src/api/schema.json"
TYPES = "src/api/schema.d.ts"


@dataclass(frozen=True)
class Finding:
    """How one check went: its output is shown only when it failed."""

    name: str
    succeeded: bool
    output: str
    seconds: float


@dataclass(frozen=True)
class Check:
    name: str
    run: Callable[[], subprocess.CompletedProcess[str]]

    def find(self) -> Finding:
        started = time.monotonic()
        done = self.run()
        return Finding(
            name=self.name,
            succeeded=done.returncode == 0,
            output=done.stdout,
            seconds=time.monotonic() - started,
        )


def check(layout: Layout) -> int:
    """Run them all, two at a time; returns 1 when any failed."""
    checks.check_system()
    environment.ensure_environment(layout, for_development=True)
    node = frontend.ensure_packages(layout)
    with screen.step("Checking") as step, ThreadPoolExecutor(max_workers=2) as pool:

        def find(each: Check) -> Finding:
            finding = each.find()
            step.note(f"{each.name} done")
            return finding

        findings = list(pool.map(find, all_checks(Tools(layout, node))))
    show(findings)
    return 0 if all(finding.succeeded for finding in findings) else 1


def show(findings: list[Finding]) -> None:
    for finding in findings:
        if not finding.succeeded:
            screen.say(f"\n--- {finding.name} ---\n{finding.output.rstrip()}")
    screen.say()
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        verdict = "ok" if finding.succeeded else "FAILED"
        screen.say(f"{finding.name:<{width}}  {verdict:<6}  {finding.seconds:6.1f} s")
    num_failed = sum(not finding.succeeded for finding in findings)
    screen.say(f"{len(findings) - num_failed} checks passed, {num_failed} failed")


class Tools:
    """Runs the checkers of both languages with their folders and environments."""

    def __init__(self, layout: Layout, node: Node) -> None:
        self.layout = layout
        self._node_environment = frontend.node_environment(node)

    def python(self, *command: str) -> subprocess.CompletedProcess[str]:
        argv = [str(self.layout.venv_bin / command[0]), *command[1:]]
        return _run(argv, folder=self.layout.root, environment=placeholder_environment())

    def node(self, *command: str) -> subprocess.CompletedProcess[str]:
        argv = [str(self.layout.frontend / "node_modules" / ".bin" / command[0]), *command[1:]]
        return _run(argv, folder=self.layout.frontend, environment=self._node_environment)

    def first_load(self) -> subprocess.CompletedProcess[str]:
        """What a labeler downloads before the first ranking stays below its limit."""
        argv = ["node", "scripts/first-load.mjs"]
        return _run(argv, folder=self.layout.frontend, environment=self._node_environment)

    def migration_drift(self) -> subprocess.CompletedProcess[str]:
        """The models say nothing that no migration brings about."""
        return self.python("python", "manage.py", "makemigrations", "--check", "--dry-run")

    def schema_drift(self) -> subprocess.CompletedProcess[str]:
        """The committed OpenAPI schema is what the code says today."""
        with tempfile.TemporaryDirectory() as folder:
            fresh = Path(folder) / "schema.json"
            command = ("python", "manage.py", "spectacular", "--format=openapi-json")
            made = self.python(*command, "--validate", "--fail-on-warn", f"--file={fresh}")
            committed = self.layout.frontend / SCHEMA
            hint = f"./concord manage spectacular --format=openapi-json --file frontend/{SCHEMA}"
            return made if made.returncode else _compare(committed, fresh, hint)

    def types_drift(self) -> subprocess.CompletedProcess[str]:
        """The committed TypeScript types are what the committed schema says."""
        with tempfile.TemporaryDirectory() as folder:
            fresh = Path(folder) / "schema.d.ts"
            made = self.node("openapi-typescript", SCHEMA, "--output", str(fresh))
            committed = self.layout.frontend / TYPES
            hint = "in frontend/: npm run generate-types"
            return made if made.returncode else _compare(committed, fresh, hint)


def all_checks(tools: Tools) -> list[Check]:
    """Long ones first, so that both lanes are busy until the end."""
    python, node = tools.python, tools.node
    return [
        Check("mypy", lambda: python("mypy")),
        Check("eslint", lambda: node("eslint", ".", "--max-warnings=0")),
        Check("vitest", lambda: node("vitest", "run")),
        Check("tsc", lambda: node("tsc", "-b")),
        Check("first load", tools.first_load),
        Check("ruff check", lambda: python("ruff", "check", ".")),
        Check("ruff format", lambda: python("ruff", "format", "--check", ".")),
        Check("import walls", lambda: python("lint-imports")),
        Check("migrations", tools.migration_drift),
        Check("API schema", tools.schema_drift),
        Check("API types", tools.types_drift),
    ]


def placeholder_environment() -> dict[str, str]:
    """Settings want to be there; no check reads a database, a broker or a secret."""
    return {
        "CONCORD_SECRET_KEY": "checks-read-no-secret",
        "DATABASE_URL": "postgres://concord@127.0.0.1:9/concord",
        "REDIS_URL": "redis://127.0.0.1:9/0",
        **os.environ,
        # Django would warn that the placeholder database does not answer.
        "PYTHONWARNINGS": "ignore::RuntimeWarning",
    }


def _run(
    argv: list[str], *, folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )


def _compare(committed: Path, fresh: Path, remedy: str) -> subprocess.CompletedProcess[str]:
    argv = ["diff", "-u", str(committed), str(fresh)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    output = "\n".join(done.stdout.splitlines()[:60]) + done.stderr + f"\nMend it with: {remedy}\n"
    return subprocess.CompletedProcess(argv, done.returncode, stdout=output)
