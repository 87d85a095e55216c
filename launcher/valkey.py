"""The embedded broker: a Valkey server behind a password on loopback, its queue kept on disk."""

import os
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from launcher import proc
from launcher.service_home import ServiceHome

STOP_SECONDS = 5.0


@dataclass(frozen=True)
class Valkey:
    home: ServiceHome
    port: int
    password: str
    is_durable: bool = True

    @property
    def data(self) -> Path:
        return self.home.folder / "valkey"

    def prepare(self) -> None:
        """Write the configuration and end whoever still works in our data after a kill -9."""
        self.data.mkdir(mode=0o700, exist_ok=True)
        self.home.give(self.data)
        leftovers = proc.working_in(self.data, program="valkey-server")
        proc.end_all(leftovers, first=signal.SIGTERM, patience_seconds=STOP_SECONDS)
        self._write_configuration()

    def command(self) -> list[str]:
        return [str(self.home.valkey_server), str(self._configuration)]

    def is_ready(self) -> bool:
        """Sign in and ping, in the server's own protocol; loading data from disk is not ready."""
        request = f"AUTH {self.password}\r\nPING\r\n".encode()
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2.0) as connection:
                connection.sendall(request)
                answer = b""
                while answer.count(b"\r\n") < 2:
                    received = connection.recv(200)
                    if not received:
                        return False
                    answer += received
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    @property
    def _configuration(self) -> Path:
        return self.data / "valkey.conf"

    def _write_configuration(self) -> None:
        # A file, because the password in an argument would show in every process list.
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{self.data}"',
            'save ""',
            f"appendonly {'yes' if self.is_durable else 'no'}",
            # Losing a message silently under memory pressure would be worse than an error.
            "maxmemory-policy noeviction",
            "daemonize no",
        ]
        self._configuration.unlink(missing_ok=True)
        descriptor = os.open(self._configuration, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write("\n".join(lines) + "\n")
        self.home.give(self._configuration)
