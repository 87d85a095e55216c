"""A small HTTP server that answers by a script, and a client of it."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from simulation import client as client_module
from simulation.client import Client

Answer = tuple[int, bytes]


class Script(BaseHTTPRequestHandler):
    """Answers each request with the next line of the server's script, and remembers it."""

    server: "ScriptedServer"

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        self.server.seen.append((self.command, self.path, body, dict(self.headers)))
        status, content = self.server.script.pop(0)
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Say nothing on stderr."""


# The base class looks these names up.
for method in ("GET", "POST", "PUT"):
    setattr(Script, f"do_{method}", Script.answer)


class ScriptedServer(HTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Script)
        self.script: list[Answer] = []
        self.seen: list[tuple[str, str, bytes, dict[str, str]]] = []


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    monkeypatch.setattr(client_module, "RETRY_SECONDS", 0.001)
    with ScriptedServer() as scripted:
        thread = threading.Thread(target=scripted.serve_forever, args=(0.01,))
        thread.start()
        yield scripted
        scripted.shutdown()
        thread.join()


@pytest.fixture
def client(server: ScriptedServer) -> Client:
    return Client(f"http://127.0.0.1:{server.server_port}/", "cnc_secret", timeout_seconds=5)


def ok(body: object) -> Answer:
    return 200, json.dumps(body).encode()
