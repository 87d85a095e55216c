"""Everything outside the API: health, the single-page application, and Django's own error pages."""

import functools
import logging
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from config.api_errors import NOT_FOUND_DETAIL, answer_for
from labeling.selectors.periodic import seconds_since
from training.services.code_revision import code_revision

logger = logging.getLogger(__name__)

DISPATCHER = "dispatch"
# Fifteen calls missed in a row are no busy moment.
SILENCE_ALLOWED_SECONDS = 30.0

FRONTEND_MISSING = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Concord</title></head>
<body><h1>Concord is running, but its browser application is not built</h1>
<p>Build it once with <code>npm --prefix frontend ci</code> and
<code>npm --prefix frontend run build</code>, then restart the web process;
<code>./concord demo</code> does all of it.</p>
<p>The API answers under <code>/api/</code>.</p></body></html>
"""


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process is alive. It asks nobody else: a restart would not bring the database back."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def version(request: HttpRequest) -> HttpResponse:
    """Which release and which commit answers, for whoever compares machines."""
    release = settings.SPECTACULAR_SETTINGS["VERSION"]
    return JsonResponse({"version": release, "revision": code_revision()})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers within a second and has every migration that this code needs.

    A broker, beat or worker that is away is ``degraded`` and no failure: people label without them.
    """
    problems = readiness_problems()
    degraded = [] if problems else degradations()
    return JsonResponse(
        {
            "status": "not_ready" if problems else "ready",
            "problems": problems,
            "degraded": degraded,
        },
        status=HTTPStatus.SERVICE_UNAVAILABLE if problems else HTTPStatus.OK,
    )


def readiness_problems() -> list[str]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '1s'")
            cursor.execute("SELECT app, name FROM django_migrations")
            applied = set(cursor.fetchall())
    except ProgrammingError:
        # The database answers, and has no table of migrations yet.
        applied = set()
    except DatabaseError:
        logger.warning("Not ready: the database does not answer", exc_info=True)
        return ["The database does not answer."]
    missing = needed_migrations() - applied
    return [f"Migration {app}.{name} is not applied." for app, name in sorted(missing)]


def degradations() -> list[str]:
    """The dispatcher is called through the broker every two seconds, so its last call tells of it.

    Redis itself is not asked: this page must answer while Redis hangs.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '1s'")
            seconds = seconds_since(DISPATCHER)
    except DatabaseError:
        logger.warning("Nobody knows when the dispatcher last looked", exc_info=True)
        return ["It is not known when the dispatcher last looked."]
    if seconds is None:
        return ["The dispatcher has never looked: the broker, beat or worker is away."]
    if seconds > SILENCE_ALLOWED_SECONDS:
        return [
            f"The dispatcher last looked {seconds:.0f} s ago: the broker, beat or worker is away."
        ]
    return []


@functools.cache
def needed_migrations() -> frozenset[tuple[str, str]]:
    """Reads the migration files once: they cannot change under a running process."""
    return frozenset(MigrationLoader(None).disk_migrations)


@never_cache
@require_safe
def single_page_application(request: HttpRequest, path: str = "") -> HttpResponseBase:
    """The browser application for every page address; it routes further by itself.

    It names the files of its build, so it must never be cached.
    """
    if path.startswith(settings.STATIC_URL.strip("/") + "/"):
        raise Http404
    try:
        page = (settings.FRONTEND_DIST / "index.html").read_bytes()
    except FileNotFoundError:
        return HttpResponse(FRONTEND_MISSING, status=HTTPStatus.SERVICE_UNAVAILABLE)
    return HttpResponse(page)


@csrf_exempt
def unknown_endpoint(request: HttpRequest, path: str = "") -> HttpResponse:
    """An API address that does not exist, in the API's error shape."""
    hint = "" if path.endswith("/") else " Addresses end with a slash."
    return error_response(HTTPStatus.NOT_FOUND, "not_found", f"No such endpoint.{hint}")


def error_response(status: int, code: str, detail: str) -> HttpResponse:
    return JsonResponse({"code": code, "detail": detail, "fields": {}}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    answer = answer_for(exception)
    detail = answer.detail if answer else "The request is not well formed."
    return error_response(HTTPStatus.BAD_REQUEST, "bad_request", detail)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_response(HTTPStatus.FORBIDDEN, "permission_denied", "You may not do this.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_response(HTTPStatus.FORBIDDEN, "csrf_failed", "Reload the page and try again.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_response(HTTPStatus.NOT_FOUND, "not_found", NOT_FOUND_DETAIL)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django has logged the traceback; outside it is only said that the fault is ours."""
    return error_response(
        HTTPStatus.INTERNAL_SERVER_ERROR, "server_error", "Something went wrong on our side."
    )
