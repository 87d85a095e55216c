"""Base models from a local folder: data only, nothing that runs (issue: safetensors, no code)."""

import json
import os
import re
import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from labeling.errors import Refused
from labeling.models import CompletionSource
from tests.cast import client_of, make_source
from training.artifact_store import ArtifactError, open_verified
from training.models import ModelVersion
from training.services.model_folders import check_model_folder
from training.services.model_versions import Origin, register_base_model

ORIGIN = Origin(licence="Apache-2.0", source="somebody")


def safetensors(num_bytes=4, *, header=None):
    header = header or {"w": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}}
    encoded = json.dumps(header).encode()
    return len(encoded).to_bytes(8, "little") + encoded + bytes(num_bytes)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "a-model"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "llama"}')
    (folder / "tokenizer.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(safetensors())
    (folder / "NOTICE.txt").write_text("Apache-2.0")
    return folder


def register(folder, name="a model"):
    return register_base_model(path=folder, name=name, origin=ORIGIN)


@pytest.mark.django_db
class TestRegistering:
    def test_the_folder_is_copied_and_named(self, settings, folder):
        version = register(folder)
        shutil.rmtree(folder)

        stored = open_verified(settings.ARTIFACT_ROOT, version.artifact_id)
        assert (stored / "model.safetensors").read_bytes() == safetensors()
        assert (version.kind, version.licence, version.run) == ("base", "Apache-2.0", None)

    def test_the_command_refuses_a_path_that_is_a_link(self, folder, tmp_path):
        """It leads wherever somebody turns it to; the folder itself is what was looked at."""
        (tmp_path / "door").symlink_to(folder, target_is_directory=True)
        options = ["--name=a", "--licence=b", "--source=c"]

        with pytest.raises(CommandError, match="it is a link"):
            call_command("register_model", str(tmp_path / "door"), *options)

        assert not ModelVersion.objects.exists()

    def test_its_completions_have_a_source_of_their_own(self, folder):
        version = register(folder)

        source = CompletionSource.objects.get(name="a model")
        assert version.completion_source == source
        assert source.kind == "model_version"

    def test_what_its_folder_says_of_itself_is_recorded(self, folder):
        """Console 1: which models work together is known before a trainer opens them."""
        (folder / "config.json").write_text('{"model_type": "gpt2", "n_positions": 1024}')
        (folder / "tokenizer.json").write_text('{"model": {"vocab": {"a": 0, "b": 1}}}')

        version = register(folder)

        assert (version.architecture, version.context_tokens) == ("gpt2", 1024)
        assert (version.vocabulary_size, len(version.vocabulary_sha256)) == (2, 64)

    def test_doing_it_twice_gives_the_same_version(self, folder):
        assert register(folder) == register(folder)
        assert ModelVersion.objects.count() == 1

    def test_other_bytes_need_another_name(self, folder):
        register(folder)
        (folder / "NOTICE.txt").write_text("Other terms")

        with pytest.raises(Refused) as refusal:
            register(folder)

        assert refusal.value.code == "name_taken"

    def test_the_name_of_an_imported_source_is_taken(self, folder):
        CompletionSource.objects.create(kind="imported", name="a model")

        with pytest.raises(Refused):
            register(folder)

        assert not ModelVersion.objects.exists()

    def test_completions_that_were_shipped_under_the_name_become_its_own(self, folder):
        """The demo brings completions sampled beforehand by the model that it then registers."""
        shipped = make_source("a model")

        assert register(folder).completion_source == shipped

    def test_the_command_prints_what_it_registered(self, settings, folder):
        out = StringIO()
        call_command(
            "register_model",
            str(folder),
            "--name=a model",
            "--licence=Apache-2.0",
            "--source=somebody",
            stdout=out,
        )

        version = ModelVersion.objects.get()
        assert json.loads(out.getvalue()) == {
            "id": str(version.pk),
            "name": "a model",
            "sha256": version.artifact_id,
        }

    def test_the_command_says_what_is_wrong(self, tmp_path):
        with pytest.raises(CommandError, match="no such folder"):
            call_command(
                "register_model",
                str(tmp_path / "nowhere"),
                "--name=a",
                "--licence=b",
                "--source=c",
            )

    @pytest.mark.parametrize("kind", ["folder link", "pipe"])
    def test_the_command_refuses_what_is_neither_file_nor_folder(self, folder, tmp_path, kind):
        spoil(folder, kind, tmp_path)

        with pytest.raises(CommandError, match=SPOILED[kind]):
            call_command("register_model", str(folder), "--name=a", "--licence=b", "--source=c")

        assert not ModelVersion.objects.exists()

    def test_a_folder_that_changes_after_its_check_is_refused(self, folder, monkeypatch):
        """What the store refuses is a refusal too, whatever the check saw before."""

        def check_and_change(path):
            check_model_folder(path)
            (path / "late.json").symlink_to("/etc/passwd")

        monkeypatch.setattr("training.services.model_versions.check_model_folder", check_and_change)

        with pytest.raises(Refused) as refusal:
            register(folder)

        assert (refusal.value.code, refusal.value.status) == ("unusable_model_folder", 400)
        assert refusal.value.fields == {"path": ["late.json is a link or a special file"]}


SPOILED = {
    "folder link": "extra is a link",
    "broken link": "gone.txt is a link",
    "link to itself": "round.txt is a link",
    "pipe": "special.json is neither a file nor a folder",
    "config pipe": "config.json is neither a file nor a folder",
    "name": r"bad-\\xff.txt is a name that is not UTF-8",
}


def spoil(folder, kind, elsewhere):
    """Put into the folder what must never be followed, opened or stored."""
    match kind:
        case "folder link":
            (elsewhere / "secret").mkdir()
            (elsewhere / "secret" / "notes.txt").write_text("not for the store")
            (folder / "extra").symlink_to(elsewhere / "secret", target_is_directory=True)
        case "broken link":
            (folder / "gone.txt").symlink_to(elsewhere / "nowhere")
        case "link to itself":
            (folder / "round.txt").symlink_to(folder / "round.txt")
        case "pipe":
            os.mkfifo(folder / "special.json")
        case "config pipe":
            (folder / "config.json").unlink()
            os.mkfifo(folder / "config.json")
        case "name":
            Path(os.fsdecode(os.fsencode(folder) + b"/bad-\xff.txt")).write_text("x")


class TestFolders:
    """pickle, code and links never enter the store."""

    def refusal(self, folder):
        with pytest.raises(Refused) as refusal:
            check_model_folder(folder)
        assert (refusal.value.code, refusal.value.status) == ("unusable_model_folder", 400)
        return refusal.value.fields["path"][0]

    def test_a_usable_folder_is_accepted(self, folder):
        check_model_folder(folder)

    @pytest.mark.parametrize(
        "name", ["pytorch_model.bin", "model.pt", "modeling_x.py", "x.pkl", ".hidden", "run.sh"]
    )
    def test_anything_but_data_is_refused(self, folder, name):
        (folder / name).write_bytes(b"x")

        assert name in self.refusal(folder)

    @pytest.mark.parametrize(
        ("name", "problem"),
        [
            ("config.json", "no config.json"),
            ("tokenizer.json", "no tokenizer"),
            ("model.safetensors", "no safetensors"),
        ],
    )
    def test_what_is_missing_is_named(self, folder, name, problem):
        (folder / name).unlink()

        assert problem in self.refusal(folder)

    @pytest.mark.parametrize("name", ["config.json", "tokenizer.json"])
    def test_code_of_its_own_is_refused(self, folder, name):
        (folder / name).write_text('{"model_type": "llama", "auto_map": {"AutoModel": "m.M"}}')

        assert "auto_map" in self.refusal(folder)

    def test_links_are_refused(self, folder):
        (folder / "merges.txt").symlink_to("/etc/passwd")

        assert "link" in self.refusal(folder)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\x80\x04\x95renamed pickle",
            (2**40).to_bytes(8, "little") + b"{}",
            (2).to_bytes(8, "little") + b"[]",
            (4).to_bytes(8, "little") + b"nope",
            safetensors(3),
            safetensors(5),
            safetensors(header={"w": {"data_offsets": "x"}}),
        ],
        ids=["empty", "pickle", "huge header", "a list", "no json", "short", "long", "offsets"],
    )
    def test_what_only_calls_itself_safetensors_is_refused(self, folder, content):
        (folder / "model.safetensors").write_bytes(content)

        assert "model.safetensors" in self.refusal(folder)

    @pytest.mark.parametrize(
        "header",
        [
            # Four bytes are no ten numbers.
            {"w": {"dtype": "U8", "shape": [10], "data_offsets": [0, 4]}},
            {"w": {"dtype": "F32", "shape": [4], "data_offsets": [0, 4]}},
            # Two tensors in the same place, and a hole that could hide anything.
            {
                "w": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]},
                "v": {"dtype": "U8", "shape": [2], "data_offsets": [2, 4]},
            },
            {"w": {"dtype": "U8", "shape": [2], "data_offsets": [2, 4]}},
        ],
        ids=["shape", "type", "overlap", "hole"],
    )
    def test_a_header_that_lies_about_its_tensors_is_refused(self, folder, header):
        (folder / "model.safetensors").write_bytes(safetensors(header=header))

        assert "does not hold what its header says" in self.refusal(folder)

    def test_a_path_that_no_file_system_has_is_refused(self, folder):
        assert "cannot be read" in self.refusal(folder / ("x" * 5_000))

    def test_json_that_nests_too_deep_is_refused(self, folder):
        (folder / "config.json").write_text("[" * 100_000)

        assert "not JSON" in self.refusal(folder)


@pytest.mark.django_db
class TestApi:
    def post(self, person, **body):
        body = {"name": "a model", "licence": "MIT"} | body
        return client_of(person).post("/api/model-versions/", body, format="json")

    def test_an_admin_registers_a_folder(self, cast, folder):
        answer = self.post(cast.ada, path=str(folder))

        assert answer.status_code == 201
        body = answer.json()
        assert (body["name"], body["kind"], body["run"]) == ("a model", "base", None)
        assert body["source"] == "the local folder a-model"
        assert ModelVersion.objects.get().created_by == cast.ada

    def test_a_researcher_cannot(self, cast, folder):
        assert self.post(cast.rosa, path=str(folder)).status_code == 403

    @pytest.mark.parametrize("path", ["relative", "/a/../b", "", 5, None])
    def test_a_path_must_be_absolute_and_plain(self, cast, path):
        answer = self.post(cast.ada, path=path)

        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == ["path"]

    @pytest.mark.parametrize("kind", SPOILED)
    def test_what_is_neither_file_nor_folder_is_named(self, cast, folder, tmp_path, kind):
        """P14: neither a link to another folder nor a pipe that would never answer."""
        spoil(folder, kind, tmp_path)

        answer = self.post(cast.ada, path=str(folder))

        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == ["path"]
        assert re.match(SPOILED[kind], answer.json()["fields"]["path"][0])
        assert not ModelVersion.objects.exists()

    def test_a_path_that_is_itself_a_link_is_named(self, cast, folder, tmp_path):
        (tmp_path / "door").symlink_to(folder, target_is_directory=True)

        answer = self.post(cast.ada, path=str(tmp_path / "door"))

        assert answer.status_code == 400
        assert answer.json()["fields"] == {
            "path": ["it is a link; give the folder that it leads to"]
        }

    def test_a_store_that_does_not_take_it_is_not_the_folders_fault(
        self, cast, folder, monkeypatch
    ):
        def full(*_args):
            raise ArtifactError("Artifact x could not be shared: the bucket is gone.")

        monkeypatch.setattr("training.services.model_versions.publish", full)

        answer = self.post(cast.ada, path=str(folder))

        assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
        assert not ModelVersion.objects.exists()

    def test_a_folder_that_is_not_there_is_named(self, cast, tmp_path):
        answer = self.post(cast.ada, path=str(tmp_path / "nowhere"))

        assert answer.status_code == 400
        assert answer.json()["fields"] == {"path": ["there is no such folder on this machine"]}
