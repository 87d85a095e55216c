"""How fast prompts are imported in the background, and whether memory stays constant.

    python -m benchmarks.prompt_import

Needs DATABASE_URL of a server that may create databases: everything happens in a database of its
own, dropped afterwards. Imports 10,000 and then 100,000 different prompts, each in a process of its
own, and prints for each the rows a second and the largest memory, and the ratios of the two.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import django
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

SIZES = (10_000, 100_000)
RESULT = Path(__file__).parent / "results" / "prompt-import.md"
# Enough different beginnings and organizations that nothing is passed over.
WORDS = "tide moon child poem sea letter recipe whale music garden letter bridge winter".split()


def lines(num_rows: int) -> Iterator[bytes]:
    """Prompts of about 350 characters; one in a hundred holds an address."""
    for number in range(num_rows):
        words = " ".join(WORDS[(number + step) % len(WORDS)] for step in range(50))
        address = f" Write to person{number}@example.org." if number % 100 == 0 else ""
        text = f"{num_rows} {number}: explain how {words} belong together.{address}"
        row = {"text": text, "organization_key": f"organization {number // 150}"}
        yield json.dumps(row).encode() + b"\n"


def upload(num_rows: int) -> None:
    from labeling.models import PromptImport, User
    from labeling.services.prompt_imports import NewImport, open_import
    from labeling.services.uploads import CHUNK_BYTES, store_piece

    person, _ = User.objects.get_or_create(email="bench@example.org", defaults={"role": "admin"})
    num_bytes = sum(len(line) for line in lines(num_rows))
    new = NewImport(file_name=f"{num_rows}.jsonl", num_bytes=num_bytes)
    opened = open_import(new=new, created_by=person)
    buffer, position = bytearray(), 0
    for line in lines(num_rows):
        buffer += line
        if len(buffer) >= CHUNK_BYTES:
            piece = bytes(buffer[:CHUNK_BYTES])
            store_piece(kind=PromptImport, import_id=opened.pk, position=position, content=piece)
            del buffer[:CHUNK_BYTES]
            position += 1
    store_piece(kind=PromptImport, import_id=opened.pk, position=position, content=bytes(buffer))


def measure(num_rows: int) -> None:
    """In a process of its own: what it prints is read by the parent."""
    from labeling.models import PromptImport
    from labeling.services.prompt_import_slices import import_one_slice

    began, began_cpu = time.perf_counter(), time.process_time()
    while import_one_slice():
        pass
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - began_cpu
    done = PromptImport.objects.get(file_name=f"{num_rows}.jsonl")
    assert (done.state, done.lines.count()) == ("done", num_rows), done.failure
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {"rows": num_rows, "seconds": seconds, "cpu_seconds": cpu_seconds, "peak_mb": peak}
    print(json.dumps(figures))


def run_in_own_process(arguments: list[str], environment: dict[str, str]) -> str:
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, **environment},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


def train_tokenizer(path: Path) -> None:
    """A small one of the kind that models bring, so that counting costs what it costs."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=4_000, show_progress=False)
    tokenizer.train_from_iterator((line.decode() for line in lines(2_000)), trainer)
    tokenizer.save(str(path))


def main() -> None:
    from django.db import connection

    name = f"prompt_import_{os.getpid()}"
    url = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}"
    load = os.getloadavg()[0]
    with connection.cursor() as cursor, TemporaryDirectory() as folder:
        tokenizer = Path(folder) / "tokenizer.json"
        train_tokenizer(tokenizer)
        environment = {"DATABASE_URL": url, "CONCORD_TOKENIZER_FILE": str(tokenizer)}
        cursor.execute(f'CREATE DATABASE "{name}"')
        try:
            run_in_own_process(["manage.py", "migrate", "--verbosity=0"], environment)
            measured = [import_rows(num_rows, environment) for num_rows in SIZES]
        finally:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    RESULT.write_text(report(measured, load=load))
    print(RESULT.read_text())


def import_rows(num_rows: int, environment: dict[str, str]) -> dict[str, float]:
    module = ["-m", "benchmarks.prompt_import"]
    run_in_own_process([*module, "upload", str(num_rows)], environment)
    measured: dict[str, float] = json.loads(
        run_in_own_process([*module, "measure", str(num_rows)], environment)
    )
    return measured


def report(measured: list[dict[str, float]], *, load: float) -> str:
    rows = [
        f"| {one['rows']:,} | {one['seconds']:.1f} | {one['rows'] / one['seconds']:,.0f} "
        f"| {one['rows'] / one['cpu_seconds']:,.0f} | {one['peak_mb']:.0f} |"
        for one in measured
    ]
    table = "\n".join(rows)
    small, large = measured
    speed = (large["rows"] / large["cpu_seconds"]) / (small["rows"] / small["cpu_seconds"])
    memory = large["peak_mb"] / small["peak_mb"]
    return f"""# Importing prompts in the background

Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC by `python -m benchmarks.prompt_import` on
{os.cpu_count()} shared cores; load average {load:.1f} before and {os.getloadavg()[0]:.1f} after.
Different prompts of about 350 characters, in slices of 500: tokens, language, personal data,
duplicates, cap, and a line of the report for each.

| rows | seconds | rows a second | rows a second of the worker's own time | peak memory, MB |
|--:|--:|--:|--:|--:|
{table}

Ten times the rows: {speed:.2f} times the rows a second of the worker's own time,
{memory:.2f} times the memory. The wall clock shows how busy the machine was.
"""


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    match sys.argv[1:]:
        case ["upload", num_rows]:
            upload(int(num_rows))
        case ["measure", num_rows]:
            measure(int(num_rows))
        case _:
            main()
