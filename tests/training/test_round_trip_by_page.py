"""Export, import, export over the API as the pages do it: the same to the byte (R51)."""

from pathlib import Path
from typing import Any

import pytest

from labeling.services.judgment_import_slices import import_judgments_for
from tests.cast import Cast, client_of
from tests.labeling.import_samples import SAMPLES, lines, web_answers
from tests.training.test_round_trip import forget_everything, frozen, import_file
from training.services.export_jobs import export_for

pytestmark = pytest.mark.django_db


def downloads_of(cast: Cast, name: str, kind: str) -> dict[str, bytes]:
    """What a browser stores of a new snapshot, by the names that it is given."""
    snapshot, browser = frozen(cast, name, kind), client_of(cast.ada)
    asked = browser.post(f"/api/snapshots/{snapshot.pk}/exports/", {}, format="json").json()
    assert not export_for(5.0)
    shown = browser.get(f"/api/exports/{asked['id']}/").json()
    found = {}
    for file in shown["produced"]:
        answer = browser.get(f"/api/exports/{asked['id']}/files/{file['name']}")
        found[file["name"].replace("/", "-")] = b"".join(answer.streaming_content)
        assert f'filename="{file["name"].replace("/", "-")}"' in answer["Content-Disposition"]
    return {name: content for name, content in found.items() if name.endswith(".jsonl")}


def import_on_page(cast: Cast, file_name: str, content: bytes, *, is_dry_run: bool) -> Any:
    """With what the page fills in for a file of this name (import-form.ts)."""
    browser, address = client_of(cast.ada), "/api/judgment-imports/"
    wanted = {
        "file_name": file_name,
        "num_bytes": len(content),
        "format": "concord",
        "dataset": "concord",
        "choices": {},
        "project_name": "",
        "is_study": False,
        "is_dry_run": is_dry_run,
    }
    opened = browser.post(address, wanted, format="json").json()
    one = f"{address}{opened['id']}/"
    browser.generic("PUT", f"{one}chunks/0/", content, content_type="application/octet-stream")
    assert not import_judgments_for(5.0)
    return browser.get(one).json()


@pytest.mark.parametrize(("kind", "base"), [("rm", "ranking"), ("sft", "sft")])
def test_what_is_downloaded_and_imported_on_the_page_is_exported_again_to_the_byte(
    kind: str, base: str, cast: Cast, tmp_path: Path, settings: Any
) -> None:
    settings.ARTIFACT_ROOT = tmp_path / "artifacts"
    for name in ("summarize", "ukp", "mt-bench", "oasst", "self-instruct"):
        import_file(name, SAMPLES[name]())
    questions = [{"id": f"q{n}", "full_text": f"Question {n}?"} for n in range(30)]
    import_file(
        "webgpt", lines(*[web_answers(n, 0) | {"question": questions[n]} for n in range(30)])
    )
    said = [{"instruction": f"Say {n}.", "response": f"{n}"} for n in range(80)]
    import_file("dolly", lines(*[one | {"context": "", "category": "open_qa"} for one in said]))
    first = downloads_of(cast, "First", kind)
    files = [f"{split}-{base}.jsonl" for split in ("train", "validation")]
    assert set(files) <= first.keys()

    forget_everything()
    for file in files:
        for is_dry_run in (True, False):
            done = import_on_page(cast, file, first[file], is_dry_run=is_dry_run)
            assert (done["state"], done["num_said"]["broken"]) == ("done", 0)
    second = downloads_of(cast, "Second", kind)

    assert first == second
