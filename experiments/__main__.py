"""`python -m experiments reward-model | ppo | ptx | overoptimisation | all | draw`."""

import argparse
import json
import os
from collections.abc import Callable
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import torch

from experiments import base, overoptimisation, ppo, ptx, reward_model
from experiments.drawings import DRAWINGS
from experiments.jobs import processor_seconds
from experiments.lab import Lab
from experiments.settings import FULL, QUICK, Sizes
from experiments.spread import settle
from experiments.tables import TABLES

EXPERIMENTS: dict[str, Callable[[Lab, int], dict[str, Any]]] = {
    "reward-model": reward_model.run,
    "ppo": ppo.run,
    "ptx": ptx.run,
    "overoptimisation": overoptimisation.run,
}
NAME = "known-truth"


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="experiments", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    for name in (*EXPERIMENTS, "all"):
        command = commands.add_parser(name)
        command.add_argument("--out", type=Path, required=True, help="folder for jobs and results")
        command.add_argument("--results", type=Path, help="folder for results; default: --out")
        command.add_argument("--text", type=Path, nargs="+", help="text files to pretrain on")
        command.add_argument("--quick", action="store_true", help="a smoke test of seconds")
        command.add_argument("--workers", type=int, default=os.cpu_count() or 1)
        command.add_argument(
            "--set", nargs="+", default=[], metavar="GROUP.NAME=VALUE", help="another size"
        )
    draw = commands.add_parser("draw", help="tables and figures again, from stored results")
    draw.add_argument("--results", type=Path, required=True)
    return top


def main() -> None:
    arguments = parser().parse_args()
    settle()
    if arguments.command == "draw":
        draw(arguments.results)
        return
    results = arguments.results or arguments.out
    text = "\n\n".join(path.read_text(encoding="utf-8") for path in arguments.text or [])
    sizes = resized(QUICK if arguments.quick else FULL, arguments.set)
    lab = Lab(arguments.out, text or base.own_text(), sizes)
    names = list(EXPERIMENTS) if arguments.command == "all" else [arguments.command]
    torch.set_num_threads(arguments.workers)
    lab.prepare()
    settle()
    for name in names:
        found = EXPERIMENTS[name](lab, arguments.workers)
        store(results, name, found | {"processor_seconds": processor_seconds(lab.folder)}, sizes)
        draw(results, [name])


def resized(sizes: Sizes, changes: list[str]) -> Sizes:
    """The sizes with `ppo.iterations=10` and the like put in; lists are separated by commas.

    Raises: SystemExit for a size that does not exist.
    """
    for change in changes:
        place, _, value = change.partition("=")
        group_name, _, name = place.rpartition(".")
        group = getattr(sizes, group_name) if group_name else sizes
        known = {declared.name: getattr(group, declared.name) for declared in fields(group)}
        if name not in known:
            raise SystemExit(f"--set {change}: there is no size {place}")
        changed = replace(group, **{name: like(known[name], value)})
        whole: dict[str, Any] = {group_name: changed}
        sizes = replace(sizes, **whole) if group_name else changed
    return sizes


def like(example: Any, value: str) -> Any:
    """The words of a command line as the same kind of value as the example."""
    if isinstance(example, tuple):
        return tuple(like(example[0], part) for part in value.split(","))
    return type(example)(value)


def store(results: Path, name: str, found: dict[str, Any], sizes: Sizes) -> None:
    """Put one experiment's numbers beside those of the others."""
    results.mkdir(parents=True, exist_ok=True)
    stored = results / f"{NAME}.json"
    known = json.loads(stored.read_text(encoding="utf-8")) if stored.exists() else {}
    known[name] = {"sizes": asdict(sizes), **found}
    stored.write_text(readable(known), encoding="utf-8")


def readable(known: dict[str, dict[str, Any]]) -> str:
    """JSON with one run a line, numbers to five digits behind the point."""

    def value(held: Any) -> str:
        if isinstance(held, list):
            lines = (json.dumps(rounded(item), sort_keys=True) for item in held)
            return "[\n" + ",\n".join(lines) + "\n]"
        return json.dumps(rounded(held), sort_keys=True)

    parts = [
        f"{json.dumps(name)}: {{\n"
        + ",\n".join(f"{json.dumps(key)}: {value(held)}" for key, held in sorted(found.items()))
        + "\n}"
        for name, found in sorted(known.items())
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def rounded(held: Any) -> Any:
    if isinstance(held, dict):
        return {name: rounded(item) for name, item in held.items()}
    if isinstance(held, list | tuple):
        return [rounded(item) for item in held]
    return round(held, 5) if isinstance(held, float) else held


def draw(results: Path, names: list[str] | None = None) -> None:
    """Print the tables and write the figures of what is stored."""
    known = json.loads((results / f"{NAME}.json").read_text(encoding="utf-8"))
    for name in names or known:
        (results / f"{NAME}-{name}.svg").write_text(DRAWINGS[name](known[name]), encoding="utf-8")
        print(f"\n{name}\n")
        for make_table in TABLES[name]:
            print(make_table(known[name]) + "\n")


if __name__ == "__main__":
    main()
