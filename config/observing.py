"""What is noted about every request: a name for it, how long it took, and how it ended."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

from config.logs import current_request

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]

# What a proxy in front may send; anything else could be a second line in a log.
REQUEST_ID = re.compile(r"[0-9A-Za-z_-]{8,64}")
UNKNOWN_ROUTE = "unknown"
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0)
# Bounded labels: routes, not addresses.
DURATION = Histogram(
    "http_request_duration_seconds",
    "From the first line of a request to its answer.",
    ["route", "method", "code"],
    buckets=SECONDS,
)
# The names of the two addresses that answers are sent to, and of the one for drafts.
SUBMITTED = {"rankings": "ranking", "demonstrations": "demonstration"}
DRAFT = "draft"
# The other ways in which the same task is answered twice; all of them keep what was stored first.
CONFLICTS = frozenset({"key_reused", "taken_back", "already_ranked", "already_submitted"})
REPLAYS = Counter("submit_replays", "Answers sent again that were stored before.", ["kind"])
SUBMIT_CONFLICTS = Counter("submit_conflicts", "Other answers to the same task.", ["kind", "code"])
DRAFT_CONFLICTS = Counter("draft_conflicts", "Drafts of a tab that was behind.")


class ObserveRequests:
    """Outermost, so that what the other middleware refuses is counted too."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["CONCORD_REQUEST_ID"] = request_id_of(request)
        token = current_request.set(request)
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            self._note(request, response, time.perf_counter() - began)
        finally:
            current_request.reset(token)
        response["X-Request-ID"] = request.META["CONCORD_REQUEST_ID"]
        return response

    def _note(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        status = response.status_code
        match = request.resolver_match
        route = match.route if match is not None else UNKNOWN_ROUTE
        method = request.method if request.method in METHODS else "OTHER"
        DURATION.labels(route, method, status).observe(seconds)
        if settings.LOG_FORMAT == "json":
            facts = {"route": route, "method": method, "status": status}
            logger.info("request", extra={"facts": {**facts, "seconds": round(seconds, 4)}})
        if match is not None:
            count_outcome(match.url_name, method, response)


def count_outcome(address: str | None, method: str | None, response: HttpResponse) -> None:
    """Count what a labeler's second tab, or a bad line, makes of an answer or a draft."""
    kind = SUBMITTED.get(address or "")
    if kind is not None and method == "POST":
        if response.status_code == HTTPStatus.OK:
            REPLAYS.labels(kind).inc()
        elif (code := code_of(response)) in CONFLICTS:
            SUBMIT_CONFLICTS.labels(kind, code).inc()
    elif address == DRAFT and response.status_code == HTTPStatus.PRECONDITION_FAILED:
        DRAFT_CONFLICTS.inc()


def code_of(response: HttpResponse) -> str:
    """The code of an API error; empty for every other answer."""
    said = getattr(response, "data", None)
    return str(said.get("code", "")) if isinstance(said, dict) else ""


def request_id_of(request: HttpRequest) -> str:
    given = request.headers.get("X-Request-ID", "")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
