"""One shape for every error: ``{"code", "detail", "fields"}``, whoever raised it.

400 malformed or invalid · 401 not signed in · 403 wrong role or scope · 404 not there or not
yours · 409 conflict · 412 a draft that is behind · 413 too big · 422 refused by a rule · 500 ours.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404
from psycopg2 import Error as PostgresError
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from config.parsers import MalformedJSON, PayloadTooLarge
from labeling.errors import NotAccessible, Refused

logger = logging.getLogger(__name__)

INVALID_DETAIL = "Some fields are not valid."
NOT_FOUND_DETAIL = "There is nothing here, or it is not yours."

# Constraints that two honest requests can meet at the same time, and what to tell the second.
# A constraint that is not listed was broken by a mistake of ours and stays a 500.
CONFLICTS: Mapping[str, tuple[str, str]] = {
    "one_account_per_email": ("account_exists", "There is already an account with this address."),
    "labeling_user_email_key": ("account_exists", "There is already an account with this address."),
    "labeling_prompt_text_sha256_key": ("duplicate_prompt", "This prompt is stored already."),
    "labeling_project_name_key": ("name_taken", "There is already a project with this name."),
    "instruction_version_once": ("instructions_changed", "Somebody else just changed these."),
    "one_live_ranking_per_labeler": ("already_ranked", "You have already ranked this task."),
    "labeling_ranking_client_key_key": ("key_reused", "This submission key was used before."),
    "labeling_demonstration_client_key_key": ("key_reused", "This submission key was used before."),
    "labeling_question_client_key_key": ("key_reused", "This submission key was used before."),
    "labeling_fewshotset_client_key_key": ("key_reused", "This submission key was used before."),
    "one_live_demonstration_per_assignment": (
        "already_submitted",
        "You have already answered this task.",
    ),
    "training_modelversion_name_key": ("name_taken", "There is already a model of this name."),
    "training_round_name_key": ("name_taken", "There is already a round of this name."),
    "training_standingrewardmodel_name_key": (
        "name_taken",
        "There is already a standing reward model of this name.",
    ),
    "append_only": ("append_only", "What was judged cannot be changed any more."),
}


@dataclass(frozen=True)
class ErrorAnswer:
    status: int
    code: str
    detail: str
    fields: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, object]:
        return {"code": self.code, "detail": self.detail, "fields": dict(self.fields)}


def handle_exception(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's hook. None lets Django log the traceback and answer through ``server_error``."""
    answer = answer_for(error)
    if answer is None:
        return None
    set_rollback()
    return Response(answer.body, status=answer.status, headers=dict(answer.headers))


def answer_for(error: Exception) -> ErrorAnswer | None:
    """How to say this error to the client, None when only we should know it."""
    match error:
        case Refused():
            return ErrorAnswer(error.status, error.code, error.message, error.fields)
        case NotAccessible() | Http404():
            return ErrorAnswer(404, "not_found", NOT_FOUND_DETAIL)
        case exceptions.ValidationError():
            return invalid(flatten(error.detail))
        case exceptions.APIException():
            return answer_for_api_exception(error)
        case _:
            return answer_for_django_error(error) or answer_for_database_error(error)


def answer_for_django_error(error: Exception) -> ErrorAnswer | None:
    match error:
        case DjangoValidationError():
            return invalid(messages_of(error))
        case PermissionDenied():
            return ErrorAnswer(403, "permission_denied", "You may not do this.")
        case RequestDataTooBig():
            return answer_for_api_exception(PayloadTooLarge())
        case SuspiciousOperation():
            return ErrorAnswer(400, "bad_request", "The request is not well formed.")
        case _:
            return None


def invalid(fields: dict[str, list[str]]) -> ErrorAnswer:
    """Messages about the whole body become the detail, those about a field stay with it."""
    whole = fields.pop("non_field_errors", [])
    return ErrorAnswer(400, "invalid", " ".join(whole) or INVALID_DETAIL, fields)


def answer_for_api_exception(error: exceptions.APIException) -> ErrorAnswer:
    codes = error.get_codes()
    headers = {}
    if challenge := vars(error).get("auth_header"):
        headers["WWW-Authenticate"] = challenge
    if wait := vars(error).get("wait"):
        headers["Retry-After"] = str(int(wait) + 1)
    return ErrorAnswer(
        status=error.status_code,
        code=codes if isinstance(codes, str) else error.default_code,
        detail=str(error.detail),
        fields=error.fields if isinstance(error, MalformedJSON) else {},
        headers=headers,
    )


def answer_for_database_error(error: Exception) -> ErrorAnswer | None:
    match error:
        case IntegrityError():
            return answer_for_constraint(error)
        case DataError():
            logger.warning("Postgres refused a value: %s", type(error.__cause__).__name__)
            return ErrorAnswer(400, "invalid_value", "A value is out of range or cannot be stored.")
        case OperationalError() | InterfaceError():
            logger.exception("The database did not answer")
            return ErrorAnswer(
                503,
                "unavailable",
                "The database is not answering. Try again in a moment.",
                headers={"Retry-After": "5"},
            )
        case _:
            return None


def answer_for_constraint(error: IntegrityError) -> ErrorAnswer | None:
    name = constraint_name(error)
    if name not in CONFLICTS:
        return None
    code, detail = CONFLICTS[name]
    return ErrorAnswer(409, code, detail)


def constraint_name(error: IntegrityError) -> str:
    """The constraint that Postgres names in its own error, "" where it names none."""
    cause = error.__cause__
    return (cause.diag.constraint_name or "") if isinstance(cause, PostgresError) else ""


def flatten(detail: object, place: str = "") -> dict[str, list[str]]:
    """DRF's nested details as dotted names: ``{"items": {0: {"rank": [...]}}}`` -> items.0.rank."""
    if isinstance(detail, Mapping):
        members = [(join(place, str(key)), value) for key, value in detail.items()]
    elif isinstance(detail, list) and any(isinstance(item, Mapping | list) for item in detail):
        members = [(join(place, str(n)), value) for n, value in enumerate(detail)]
    else:
        messages = detail if isinstance(detail, list) else [detail]
        return {place or "non_field_errors": [str(message) for message in messages]}
    fields: dict[str, list[str]] = {}
    for name, value in members:
        # Valid members of a list leave an empty dict in its place.
        if value:
            fields |= flatten(value, name)
    return fields


def join(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def messages_of(error: DjangoValidationError) -> dict[str, list[str]]:
    if hasattr(error, "error_dict"):
        return {name or "non_field_errors": list(m) for name, m in error.message_dict.items()}
    return {"non_field_errors": list(error.messages)}
