"""The state of a run has one writer: every other file asks it for a transition."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WRITER = "training/services/run_transitions.py"
# Methods that write columns named by their keyword arguments.
WRITING = {"update", "update_or_create", "bulk_update"}


def writes_a_state(node: ast.AST) -> bool:
    """`x.state = ...`, `setattr(x, "state", ...)` or `rows.update(state=...)`, of whatever row."""
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(isinstance(one, ast.Attribute) and one.attr == "state" for one in targets)
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name) and node.func.id == "setattr":
        return any(isinstance(one, ast.Constant) and one.value == "state" for one in node.args)
    is_writing = isinstance(node.func, ast.Attribute) and node.func.attr in WRITING
    return is_writing and any(keyword.arg == "state" for keyword in node.keywords)


def writers(paths: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in paths
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.stmt | ast.expr) and writes_a_state(node)
    ]


def test_only_transitions_write_the_state_of_a_run() -> None:
    """A database trigger knows which pairs of states are legal, but not who may go from one to the
    other: that is the writer's, which asks for the fence and leaves an event."""
    paths = [
        path
        for path in sorted((ROOT / "training").rglob("*.py"))
        if "migrations" not in path.parts and str(path.relative_to(ROOT)) != WRITER
    ]

    found = writers(paths)

    assert writers([ROOT / WRITER]), "the writer itself is not recognised any more"
    assert found == []
