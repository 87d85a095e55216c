"""Each refusal names what is in the way and what to do about it."""

import os
import socket
import subprocess
from pathlib import Path

import pytest

from launcher import checks
from launcher.errors import LauncherRefusal
from tests.launcher.conftest import ROOT


def test_a_taken_port_is_refused_with_the_program_that_has_it_and_a_free_one():
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        taken = stranger.getsockname()[1]

        with pytest.raises(LauncherRefusal) as refused:
            checks.check_web_port(taken)

    assert f"Port {taken} on 127.0.0.1 is taken by" in refused.value.sentence
    assert f"(pid {os.getpid()})" in refused.value.sentence
    suggested = int(refused.value.remedy.rsplit("--port ", 1)[1].rstrip("."))
    assert suggested > taken
    assert checks.is_port_free(suggested)


def test_a_port_that_a_stopped_server_just_left_is_free():
    """Else a restart within a minute would be refused: the old connections are in TIME_WAIT."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = server.accept()
        # The side that closes first keeps the port in TIME_WAIT.
        accepted.close()
        client.close()

    assert checks.is_port_free(port)


def test_too_little_disk_is_refused_in_numbers(tmp_path):
    with pytest.raises(LauncherRefusal, match=r"needs \d+\.\d GiB of free disk") as refused:
        checks.check_disk(tmp_path / "not" / "yet", needed_bytes=2**60, purpose="This test")

    assert "free some space" in refused.value.remedy


def test_enough_disk_is_no_reason_to_stop(tmp_path):
    checks.check_disk(tmp_path / "not" / "yet", needed_bytes=1, purpose="This test")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_somebody_else_is_refused():
    with pytest.raises(LauncherRefusal, match="cannot be written"):
        checks.check_writable(Path("/usr/concord"))


def run_concord(*arguments, path):
    return subprocess.run(
        ["/bin/sh", str(ROOT / "concord"), *arguments],
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def make_program(folder, name, text):
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def test_an_old_python_is_refused_with_what_to_install(tmp_path):
    for name in ("dirname", "cat"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}" if name == "dirname" else "/bin/cat")
    make_program(tmp_path, "python3", '[ "$1" = --version ] && echo Python 3.9.2 && exit 0; exit 1')

    refused = run_concord("demo", path=str(tmp_path))

    assert refused.returncode == 1
    assert "needs Python 3.11 or newer; this machine has: Python 3.9.2" in refused.stderr
    assert "apt-get install python3" in refused.stderr


def test_a_newer_python_beside_an_old_one_is_found(tmp_path):
    (tmp_path / "dirname").symlink_to("/usr/bin/dirname")
    make_program(tmp_path, "python3", "exit 1")
    make_program(tmp_path, "python3.12", '[ "$1" = -c ] || echo "handed over: $2"')

    handed = run_concord("help", path=str(tmp_path))

    assert handed.stdout == "handed over: help\n"
