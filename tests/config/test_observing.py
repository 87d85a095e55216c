"""What is noted of every request, and what never is."""

import json
import logging
import uuid

import pytest
from django.test import Client
from prometheus_client import REGISTRY, generate_latest

from config.logs import JsonFormatter
from tests.cast import (
    client_of,
    make_completions,
    make_demonstration_project,
    make_prompt,
    make_ranking_project,
    make_task,
)
from tests.labeling.work import ranking_body, take
from tests.log_lines import CANARY, logged
from training.runner.claim import Claim
from training.runner.environment import runner_environment
from training.selectors.vital_signs import vital_signs

TOKEN = {"name": "nightly", "scopes": ["label"], "expires_in_days": 7}


@pytest.fixture
def lines(settings):
    """What the process logs as JSON while the test runs."""
    settings.LOG_FORMAT = "json"
    with logged() as found:
        yield found


def requests_of(lines):
    return [line for line in map(json.loads, lines) if line["message"] == "request"]


def counted(route, method, code):
    labels = {"route": route, "method": method, "code": code}
    return REGISTRY.get_sample_value("http_request_duration_seconds_count", labels) or 0.0


def test_every_answer_carries_the_name_of_its_request(lines):
    answer = Client().get("/healthz")

    [line] = requests_of(lines)
    assert answer["X-Request-ID"] == line["request_id"]
    assert (line["route"], line["method"], line["status"]) == ("healthz", "GET", 200)
    assert line["time"].endswith("+00:00")
    assert line["seconds"] >= 0


def test_the_name_that_a_proxy_gave_is_kept():
    answer = Client(headers={"X-Request-ID": "proxy-00000042"}).get("/healthz")

    assert answer["X-Request-ID"] == "proxy-00000042"


@pytest.mark.parametrize("given", ["short", 'a"b-00000042', "x" * 65, "line\u2028two-0042"])
def test_a_name_that_could_forge_a_log_line_is_replaced(given, lines):
    answer = Client(headers={"X-Request-ID": given}).get("/healthz")

    assert answer["X-Request-ID"] != given
    assert given not in lines[-1]


def test_requests_are_counted_by_route_and_not_by_address():
    """Labels stay bounded whatever somebody asks for."""
    before = counted("<path:path>", "GET", "404"), counted("healthz", "GET", "200")

    Client().get("/static/one-of-millions-of-addresses")
    Client().get("/healthz")

    after = counted("<path:path>", "GET", "404"), counted("healthz", "GET", "200")
    assert [now - then for now, then in zip(after, before, strict=True)] == [1.0, 1.0]


def test_an_unknown_method_is_counted_as_other():
    before = counted("healthz", "OTHER", "405")

    Client().generic("BREW", "/healthz")

    assert counted("healthz", "OTHER", "405") == before + 1


def take_one(labeler):
    project = make_ranking_project(overlap=1)
    make_task(project)
    return take(project, labeler)


@pytest.mark.django_db
def test_what_people_write_is_never_logged(amina, lines, settings):
    """ASVS 16.2.5: who and what, and nothing of the text."""
    assignment = take_one(amina)
    browser = client_of(amina)
    shown = browser.get(f"/api/assignments/{assignment.pk}/").json()
    body = ranking_body(shown, 1, 2, 3, 4)
    body["items"][0]["note"] = CANARY
    answer = browser.post("/api/rankings/", body, format="json")
    body["items"][0]["rank"] = CANARY
    refused = browser.post("/api/rankings/", body, format="json")

    assert (answer.status_code, refused.status_code) == (201, 400)
    assert {line["user_id"] for line in requests_of(lines)} == {amina.pk}
    assert not any(CANARY in line for line in lines)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    assert not any(session in line for line in lines)


def never_told(lines, secret):
    """Neither in a line nor among what is measured, of requests and of the installation."""
    measured = [generate_latest(REGISTRY).decode(), *map(repr, vital_signs())]
    return not any(secret in one for one in [*lines, *measured])


@pytest.mark.django_db
def test_a_prompt_is_never_logged(amina, lines):
    browser = client_of(amina)
    body = {"kind": "labeler_plain", "text": f"{CANARY}: why?"}

    kept = browser.post("/api/written-prompts/", body, format="json")
    refused = browser.post("/api/written-prompts/", body | {"kind": CANARY}, format="json")

    assert (kept.status_code, refused.status_code) == (201, 400)
    assert len(requests_of(lines)) == 2
    assert never_told(lines, CANARY)


@pytest.mark.django_db
def test_a_completion_is_never_logged(amina, lines):
    project, prompt = make_ranking_project(overlap=1), make_prompt(f"{CANARY}?")
    texts = [f"{CANARY} {number}" for number in range(4)]
    make_task(project, prompt, make_completions(prompt, texts=texts))
    assignment = take(project, amina)

    shown = client_of(amina).get(f"/api/assignments/{assignment.pk}/")

    assert shown.content.decode().count(CANARY) >= 5
    assert len(requests_of(lines)) == 1
    assert never_told(lines, CANARY)


@pytest.mark.django_db
def test_a_demonstration_is_never_logged(amina, lines, settings, tmp_path):
    settings.TOKENIZER_FILE = tmp_path / "none.json"
    project = make_demonstration_project(overlap=1)
    make_task(project)
    browser = client_of(amina)
    body = {
        "assignment": str(take(project, amina).pk),
        "client_key": str(uuid.uuid4()),
        "text": f"{CANARY}.",
        "seconds_active": 3,
    }

    sent = [body, body | {"text": f"{CANARY}!"}, body | {"seconds_active": CANARY}]
    statuses = [
        browser.post("/api/demonstrations/", one, format="json").status_code for one in sent
    ]

    assert statuses == [201, 422, 400]
    assert len(requests_of(lines)) == 3
    assert never_told(lines, CANARY)


@pytest.mark.django_db
def test_a_token_is_never_logged(amina, lines):
    """Neither when it is made, nor when it is used, nor when it is nearly right."""
    secret = client_of(amina).post("/api/tokens/", TOKEN).json()["token"]

    statuses = [
        Client(headers={"Authorization": header}).get("/api/catalogue/").status_code
        for header in (f"Bearer {secret}", f"Bearer {secret}x", secret)
    ]

    assert (statuses[0], statuses[1]) == (200, 401)
    assert len(requests_of(lines)) == 4
    assert never_told(lines, secret.removeprefix("cnc_"))


@pytest.mark.django_db
def test_the_secret_of_a_sign_in_link_is_never_logged(cast, lines, settings):
    made = client_of(cast.ada).post(f"/api/people/{cast.amina.pk}/sign-in-links/")
    secret = made.json()["path"].partition("#token=")[2]
    browser = Client()

    statuses = [
        browser.post(
            "/api/session/redeem/", {"token": token}, content_type="application/json"
        ).status_code
        for token in (secret, secret, f"{secret}x")
    ]

    assert statuses[0] == 200
    assert all(400 <= status < 500 for status in statuses[1:])
    assert len(requests_of(lines)) == 4
    assert secret
    assert never_told(lines, secret)
    assert never_told(lines, browser.cookies[settings.SESSION_COOKIE_NAME].value)


def told(name, **labels):
    return REGISTRY.get_sample_value(f"{name}_total", labels) or 0.0


@pytest.mark.django_db
def test_answers_sent_again_and_answers_in_conflict_are_told_apart(amina):
    """R74: what a bad line makes of an answer, and what a second tab does."""
    assignment = take_one(amina)
    browser = client_of(amina)
    shown = browser.get(f"/api/assignments/{assignment.pk}/").json()
    body = ranking_body(shown, 1, 2, 3, 4)
    conflicts = (
        {"kind": "ranking", "code": "key_reused"},
        {"kind": "ranking", "code": "already_ranked"},
    )
    before = [
        told("submit_replays", kind="ranking"),
        *(told("submit_conflicts", **c) for c in conflicts),
    ]

    sent = [
        body,
        body,
        {**body, "seconds_active": 99.0},
        ranking_body(shown, 4, 3, 2, 1),
        {**body, "items": "none"},
    ]
    statuses = [browser.post("/api/rankings/", one, format="json").status_code for one in sent]

    assert statuses == [201, 200, 422, 409, 400]
    after = [
        told("submit_replays", kind="ranking"),
        *(told("submit_conflicts", **c) for c in conflicts),
    ]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1.0, 1.0, 1.0]


@pytest.mark.django_db
def test_a_draft_of_a_tab_that_is_behind_is_counted(amina):
    assignment = take_one(amina)
    browser = client_of(amina)
    before = told("draft_conflicts")
    draft = {"items": {}, "seconds_active": 0.0, "phase": "rate"}

    statuses = [
        browser.put(
            f"/api/assignments/{assignment.pk}/draft/",
            {"version": 0, "body": {**draft, "seconds_active": seconds}},
            format="json",
        ).status_code
        for seconds in (1.0, 2.0)
    ]

    assert statuses == [200, 412]
    assert told("draft_conflicts") == before + 1


def test_a_line_of_a_runner_names_its_attempt(monkeypatch):
    """From what a runner finds in its environment, so that the two cannot drift apart."""
    run_id = uuid.uuid4()
    held = Claim(run_id=run_id, fence=3, attempt=2, host="node-a", slot_index=0)
    for name, value in runner_environment(held).items():
        monkeypatch.setenv(name, value)
    record = logging.LogRecord("training.runner", logging.WARNING, "", 0, "no %s", ("news",), None)

    line = json.loads(JsonFormatter().format(record))

    assert (line["run_id"], line["fence"], line["attempt"]) == (str(run_id), "3", "2")
    assert line["message"] == "no news"
    assert "request_id" not in line


def test_a_message_of_several_lines_stays_one_line():
    record = logging.LogRecord("x", logging.INFO, "", 0, 'a\n{"level": "ERROR"}', (), None)

    text = JsonFormatter().format(record)

    assert "\n" not in text
    assert json.loads(text)["level"] == "INFO"


def test_the_version_names_release_and_commit(settings):
    settings.CODE_REVISION = ""
    answer = Client().get("/version").json()

    assert answer["version"] == settings.SPECTACULAR_SETTINGS["VERSION"]
    assert answer["revision"]
