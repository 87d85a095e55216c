"""Who may import whom: the contracts of pyproject.toml, and what a web process really loads."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"torch", "transformers", "peft", "safetensors"}


def loaded_by(statement: str) -> set[str]:
    """The top-level modules in a fresh interpreter after this statement."""
    program = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in json.loads(answer.stdout.splitlines()[-1])}


def test_every_import_contract_is_kept() -> None:
    lint_imports = Path(sys.executable).parent / "lint-imports"

    answer = subprocess.run(
        [lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert answer.returncode == 0, answer.stdout


def test_the_web_process_never_loads_torch() -> None:
    loaded = loaded_by(
        "import config.wsgi\nimport django.urls\ndjango.urls.get_resolver().url_patterns"
    )

    assert loaded & HEAVY == set()
    assert "labeling" in loaded


def test_a_celery_worker_never_loads_torch() -> None:
    loaded = loaded_by(
        "import config.celery, django\n"
        "django.setup()\n"
        "config.celery.app.loader.import_default_modules()"
    )

    assert loaded & HEAVY == set()
    assert "training" in loaded


def test_the_launcher_loads_the_standard_library_only() -> None:
    program = (
        "import sys\nsys.path = [p for p in sys.path if 'site-packages' not in p]\n"
        "import launcher.__main__"
    )

    loaded = loaded_by(program)

    assert not loaded & (HEAVY | {"django", "celery", "redis", "psycopg2"})
