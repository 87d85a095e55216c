"""Log lines as JSON objects, one a line, for whatever collects them (CONCORD_LOG_FORMAT=json).

They carry who and what, and never what people wrote: no bodies, prompts, answers, cookies, tokens.
"""

import json
import logging
import os
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

# The request that this thread works on.
current_request: ContextVar[HttpRequest | None] = ContextVar("current_request", default=None)
# A runner and everything it says belong to one attempt (training.runner.markers).
OF_AN_ATTEMPT = {
    "run_id": "CONCORD_RUN_ID",
    "fence": "CONCORD_FENCE",
    "attempt": "CONCORD_ATTEMPT",
}


class JsonFormatter(logging.Formatter):
    """time (UTC), level, logger, message; request_id and user_id, or run_id, fence and attempt."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_of_request(),
            **{name: os.environ[key] for name, key in OF_AN_ATTEMPT.items() if key in os.environ},
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _of_request() -> dict[str, Any]:
    request = current_request.get()
    if request is None:
        return {}
    # Only if somebody has asked already: a log line must not send a query.
    user = getattr(request, "_cached_user", None)
    found = {"request_id": request.META["CONCORD_REQUEST_ID"]}
    return found if user is None or user.pk is None else found | {"user_id": user.pk}
