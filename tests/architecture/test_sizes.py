"""Files and functions stay small enough to read in one sitting."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE_LINES = 400
FUNCTION_LINES = 60
# A training generator may be longer when its numbered steps read in the paper's order.
GENERATOR_LINES = 90


def tracked(*patterns: str) -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    return [ROOT / name for name in names if (ROOT / name).exists()]


def python_files() -> list[Path]:
    return [path for path in tracked("*.py") if "migrations" not in path.parts]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def is_training_generator(path: Path, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    yields = any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(function))
    return yields and path.is_relative_to(ROOT / "training" / "ml")


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    sources = [*python_files(), *tracked("*.ts", "*.tsx", "*.css")]

    too_long = {
        str(path.relative_to(ROOT)): lines
        for path in sources
        if path.name != "schema.d.ts" and (lines := len(path.read_text().splitlines())) > FILE_LINES
    }

    assert too_long == {}


def test_no_function_is_longer_than_sixty_lines() -> None:
    too_long = {}
    for path in python_files():
        for function in functions(path):
            limit = GENERATOR_LINES if is_training_generator(path, function) else FUNCTION_LINES
            lines = (function.end_lineno or function.lineno) - function.lineno + 1
            if lines > limit:
                too_long[f"{path.relative_to(ROOT)}:{function.name}"] = lines

    assert too_long == {}
