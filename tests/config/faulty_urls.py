"""Views that fail in every way there is, for the tests of the error shape."""

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError, OperationalError, connection, transaction
from django.http import Http404
from django.urls import path
from rest_framework import exceptions
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.urls import handler400, handler403, handler404, handler500
from labeling.errors import NotAccessible, Refused
from labeling.models import Prompt, User

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

ERRORS = {
    "refused": Refused("too_late", "The door is closed.", status=422, fields={"when": ["Past."]}),
    "not-accessible": NotAccessible(),
    "http404": Http404("prompt 17 of user 3"),
    "permission": PermissionDenied("secret reason"),
    "too-big": RequestDataTooBig("..."),
    "suspicious": SuspiciousOperation("Invalid HTTP_HOST header: 'evil'"),
    "django-validation": DjangoValidationError({"name": ["Too short.", "Too plain."]}),
    "django-validation-list": DjangoValidationError(["Not like this."]),
    "nested": exceptions.ValidationError(
        {"items": [{}, {"rank": ["From 1 to 9."]}], "non_field_errors": ["Incomplete."]}
    ),
    "throttled": exceptions.Throttled(wait=3),
    "unknown-constraint": IntegrityError("labeling_secret_constraint"),
    "database-away": OperationalError("could not connect to host db-7.internal"),
    "bug": RuntimeError("the password is swordfish"),
}


class FailingView(APIView):
    permission_classes = [AllowAny]

    def get(self, request: Request, kind: str) -> Response:
        raise ERRORS[kind]


class DatabaseView(APIView):
    """Errors as Postgres itself raises them."""

    permission_classes = [AllowAny]

    def get(self, request: Request, kind: str) -> Response:
        with transaction.atomic():
            if kind == "duplicate":
                User.objects.create_user(email="amina@example.org", display_name="Again")
            elif kind == "check":
                Prompt.objects.create(
                    text="x", text_sha256="y", split="train", source_kind="labeler_plain"
                )
            else:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT %s::smallint", [70_000])
        return Response({})


urlpatterns = [
    path("api/fail/<str:kind>/", FailingView.as_view()),
    path("api/database/<str:kind>/", DatabaseView.as_view()),
]
