"""The proxy does what the faults need: each of its modes, seen from both ends of a connection."""

import socket
import threading
import time

import pytest

from tests.chaos.fault_proxy import FaultProxy


@pytest.fixture
def echo():
    """A server that sends back what it gets."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(connection):
        with connection:
            while piece := receive(connection):
                try:
                    connection.sendall(piece)
                except OSError:
                    return

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def receive(connection):
    try:
        return connection.recv(1000)
    except ConnectionError:
        return b""


@pytest.fixture
def proxy(echo):
    with FaultProxy("127.0.0.1", echo, seed=1) as proxy:
        yield proxy


@pytest.fixture
def connection(proxy):
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as connection:
        yield connection


def ask(connection, question=b"hello"):
    connection.sendall(question)
    return receive(connection)


def test_it_passes_everything_on(proxy, connection):
    assert ask(connection) == b"hello"
    assert (proxy.num_connections, proxy.num_bytes) == (1, 10)


def test_a_service_that_is_down_breaks_connections_and_refuses_new_ones(proxy, connection):
    assert ask(connection) == b"hello"
    proxy.refuse()

    assert receive(connection) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", proxy.port), timeout=5)
    proxy.accept()
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as again:
        assert ask(again) == b"hello"


def test_a_cut_cable_says_nothing_and_what_was_on_its_way_arrives_late(proxy, connection):
    assert ask(connection) == b"hello"
    proxy.silence()
    connection.settimeout(0.3)
    with pytest.raises(TimeoutError):
        ask(connection, b"late")

    proxy.mend()
    connection.settimeout(5)
    assert receive(connection) == b"late"


def test_a_slow_line_holds_every_piece_back(proxy, connection):
    """0.2 s for the question and 0.2 s for the answer."""
    proxy.delay(0.2)
    started = time.monotonic()

    assert ask(connection) == b"hello"
    assert time.monotonic() - started >= 0.4


def test_a_corrupted_piece_differs_in_one_byte(proxy, connection):
    proxy.corrupt(1)

    answer = ask(connection, b"0123456789")

    assert sum(one != other for one, other in zip(answer, b"0123456789", strict=True)) == 1
    assert ask(connection, b"again") == b"again"


def test_an_answer_that_is_cut_leaves_the_request_done(proxy, connection):
    proxy.cut_answers(on=True)

    assert ask(connection) == b""
    assert proxy.num_bytes == 5
