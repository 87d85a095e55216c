"""Health, the single-page application, and the headers that protect both."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import get_finder
from django.db import connection
from django.db.utils import OperationalError
from django.test import Client, override_settings
from pytest_django import Settings

from labeling.models import User
from labeling.services.periodic import note_work
from tests.cast import client_of

BUILT_PAGE = '<!doctype html><script type="module" src="/static/assets/index-abc.js"></script>'


@pytest.fixture
def built_frontend(settings: Settings, tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text(BUILT_PAGE)
    settings.FRONTEND_DIST = tmp_path
    return tmp_path


def test_health_asks_nobody_else() -> None:
    """No database fixture: a query would fail this test."""
    response = Client().get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_it_is_ready_when_every_migration_is_applied() -> None:
    note_work("dispatch")

    response = Client().get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"status": "ready", "problems": [], "degraded": []}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("age", "said"), [("0 seconds", []), ("1 hour", ["last looked 36"]), (None, ["never"])]
)
def test_a_broker_that_is_away_is_degraded_and_no_failure(age: str | None, said: list[str]) -> None:
    """reliability.md, section 6: a load balancer must not take the web away for it."""
    if age is not None:
        note_work("dispatch")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE labeling_periodicwork SET ran_at = ran_at - %s::interval", [age])

    response = Client().get("/readyz")

    degraded = response.json()["degraded"]
    assert (response.status_code, response.json()["status"]) == (200, "ready")
    assert len(degraded) == len(said)
    assert all(words in line for words, line in zip(said, degraded, strict=True))


@pytest.mark.django_db
def test_it_is_not_ready_while_a_migration_is_missing() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE app = 'labeling' AND name = '0002_integrity'"
        )

    response = Client().get("/readyz")

    assert response.status_code == 503
    assert response.json()["problems"] == ["Migration labeling.0002_integrity is not applied."]


@pytest.mark.django_db
def test_it_is_not_ready_before_the_first_migration() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_migrations RENAME TO elsewhere")

    response = Client().get("/readyz")

    assert response.status_code == 503
    assert "Migration labeling.0001_initial is not applied." in response.json()["problems"]


@pytest.mark.django_db
def test_it_is_not_ready_when_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("could not connect to host db-7.internal")

    monkeypatch.setattr(connection, "cursor", refuse)

    response = Client().get("/readyz")

    assert response.status_code == 503
    assert response.json()["problems"] == ["The database does not answer."]


@pytest.mark.parametrize("path", ["/", "/label/3", "/runs/new", "/prompts/", "/a/b/c.html"])
def test_every_page_address_is_the_application(built_frontend: Path, path: str) -> None:
    response = Client().get(path)

    assert response.status_code == 200
    assert response.content.decode() == BUILT_PAGE
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert "no-store" in response["Cache-Control"]


def test_a_missing_file_of_the_bundle_is_not_the_application(built_frontend: Path) -> None:
    """An old page asking for an old script must not run the page as a script."""
    assert Client().get("/static/assets/index-old.js").status_code == 404


def test_without_a_build_the_page_says_how_to_make_one(settings: Settings, tmp_path: Path) -> None:
    settings.FRONTEND_DIST = tmp_path / "nowhere"

    response = Client().get("/")

    assert response.status_code == 503
    assert "npm --prefix frontend run build" in response.content.decode()
    assert "<script" not in response.content.decode()


def test_a_page_address_cannot_be_written_to(built_frontend: Path) -> None:
    assert Client().post("/label/3").status_code == 405
    response = Client(enforce_csrf_checks=True).post("/label/3")
    assert (response.status_code, response.json()["code"]) == (403, "csrf_failed")


def test_a_foreign_host_is_refused_in_the_shape() -> None:
    response = Client().get("/healthz", headers={"Host": "evil.example"})

    assert (response.status_code, response.json()["code"]) == (400, "bad_request")
    assert "evil" not in response.content.decode()


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/api/session/", "/api/people/", "/api/nothing/"]
)
def test_every_answer_carries_the_protective_headers(
    rosa: User, built_frontend: Path, path: str
) -> None:
    response = client_of(rosa).get(path)

    policy = dict(
        directive.strip().split(" ", 1)
        for directive in response["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/api/session/", "/api/catalogue/", "/api/nothing/"])
def test_no_cache_keeps_an_answer_of_the_api(amina: User, path: str) -> None:
    """Nor does an ETag or a date tell two models' completions apart."""
    response = client_of(amina).get(path)

    assert response["Cache-Control"] == "no-store"
    assert not response.has_header("ETag")
    assert not response.has_header("Last-Modified")


def test_the_page_of_the_frontend_has_no_inline_script() -> None:
    page = (Path(__file__).resolve().parents[2] / "frontend" / "index.html").read_text()

    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page) == []
    assert re.findall(r"\son[a-z]+\s*=", page) == []


# Closing a response looks at the database connections of its thread, whatever was served.
@pytest.mark.django_db
def test_the_bundle_is_kept_by_browsers_and_by_no_other_site(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-DZINlhkA.js").write_text("1")
    (tmp_path / "favicon.svg").write_text("<svg/>")
    with override_settings(STATICFILES_DIRS=[tmp_path]):
        get_finder.cache_clear()
        client = Client()
        hashed = client.get("/static/assets/index-DZINlhkA.js")
        plain = client.get("/static/favicon.svg")
        hashed.close()
        plain.close()
    get_finder.cache_clear()

    assert "immutable" in hashed["Cache-Control"]
    assert "immutable" not in plain["Cache-Control"]
    assert not hashed.has_header("Access-Control-Allow-Origin")
    assert hashed.has_header("Content-Security-Policy")


@pytest.mark.django_db
def test_the_bundle_travels_compressed(tmp_path: Path) -> None:
    """WhiteNoise sends what the build left beside the file, in the way the browser accepts."""
    (tmp_path / "assets").mkdir()
    script = tmp_path / "assets" / "index-DZINlhkA.js"
    script.write_text("the plain file")
    script.with_suffix(".js.gz").write_text("smaller")
    script.with_suffix(".js.br").write_text("least")
    with override_settings(STATICFILES_DIRS=[tmp_path]):
        get_finder.cache_clear()
        client = Client()
        answers = {
            accepted: client.get(
                "/static/assets/index-DZINlhkA.js", headers={"Accept-Encoding": accepted}
            )
            for accepted in ("gzip, deflate, br", "gzip, deflate", "identity")
        }
        bodies = [answer.getvalue() for answer in answers.values()]
        for answer in answers.values():
            answer.close()
    get_finder.cache_clear()

    assert bodies == [b"least", b"smaller", b"the plain file"]
    assert all("immutable" in answer["Cache-Control"] for answer in answers.values())
    assert all(answer["Vary"] == "Accept-Encoding" for answer in answers.values())
