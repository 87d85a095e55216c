"""The embedded broker, started as the launcher starts it."""

import os
import signal
import time

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from launcher import proc, stack, state


@pytest.fixture(autouse=True)
def no_given_broker(monkeypatch):
    monkeypatch.delenv("REDIS_URL", raising=False)


def test_the_broker_asks_for_its_password(layout):
    settings = state.ensure_settings(layout)
    with stack.supervised(layout, settings) as running:
        running.start_services()
        stranger = redis.Redis(port=settings.redis_port, retry=Retry(NoBackoff(), 0))
        with pytest.raises(redis.exceptions.AuthenticationError):
            stranger.ping()
        friend = redis.Redis.from_url(settings.embedded_redis_url())
        assert friend.ping()
        assert friend.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
        friend.close()


def test_a_killed_broker_comes_back_with_its_queue(layout):
    settings = state.ensure_settings(layout)
    with stack.supervised(layout, settings) as running:
        running.start_services()
        client = redis.Redis.from_url(settings.embedded_redis_url())
        client.rpush("gpu", "doorbell")
        # The log reaches the disk once a second.
        assert client.waitaof(1, 0, 60_000)[0] == 1
        (server,) = proc.working_in(layout.state / "valkey", program="valkey-server")
        os.kill(server, signal.SIGKILL)

        deadline = time.monotonic() + 60
        waiting = None
        while waiting is None and time.monotonic() < deadline:
            running.supervisor.tend()
            try:
                waiting = client.lrange("gpu", 0, -1)
            except redis.exceptions.ConnectionError:
                time.sleep(0.1)
        client.close()

    assert waiting == [b"doorbell"]
