"""A TCP proxy that can go silent: connections stay open and nothing passes, as on a cut cable."""

import selectors
import socket
import threading


class SilentProxy:
    def __init__(self, host, port):
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._is_cut = threading.Event()
        self._is_closed = threading.Event()
        self._pairs = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_closed.set()
        self._thread.join()
        self._drop_all()
        self._listener.close()
        self._selector.close()

    def cut(self):
        self._is_cut.set()

    def mend(self):
        """Old connections break, new ones pass."""
        self._is_cut.clear()

    def _serve(self):
        was_cut = False
        while not self._is_closed.is_set():
            if self._is_cut.wait(0):
                was_cut = True
                self._is_closed.wait(0.02)
                continue
            if was_cut:
                self._drop_all()
                was_cut = False
            for key, _ in self._selector.select(0.02):
                self._handle(key.fileobj)

    def _handle(self, ready):
        if ready is self._listener:
            client, _ = self._listener.accept()
            server = socket.create_connection(self._target)
            for one, other in ((client, server), (server, client)):
                self._pairs[one] = other
                self._selector.register(one, selectors.EVENT_READ)
        elif ready in self._pairs:
            self._pass_on(ready, self._pairs[ready])

    def _pass_on(self, source, target):
        try:
            content = source.recv(65_536)
            target.sendall(content)
        except OSError:
            content = b""
        if not content:
            self._drop(source)

    def _drop(self, one):
        other = self._pairs.pop(one)
        self._pairs.pop(other, None)
        for end in (one, other):
            self._selector.unregister(end)
            end.close()

    def _drop_all(self):
        while self._pairs:
            self._drop(next(iter(self._pairs)))
