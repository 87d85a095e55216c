"""Lists in pages: ``{"results": [...], "next": cursor or null}``.

A cursor names the last row that was seen, so rows that arrive meanwhile neither repeat nor hide
others, and page 1,000 costs as much as page 1.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import Model, Q
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

if TYPE_CHECKING:
    from rest_framework.views import APIView


class KeysetPagination(BasePagination):
    """Subclass with another ``ordering``: field names of one direction, the last one unique."""

    ordering: ClassVar[tuple[str, ...]] = ("-id",)
    default_limit: ClassVar[int] = 50
    max_limit: ClassVar[int] = 200

    next_cursor: str | None = None

    def paginate_queryset(
        self, queryset: Any, request: Request, view: "APIView | None" = None
    ) -> list[Any]:
        limit = self.limit_of(request)
        queryset = queryset.order_by(*self.ordering)
        if cursor := request.query_params.get("cursor"):
            queryset = queryset.filter(self.after(queryset.model, cursor))
        rows = list(queryset[: limit + 1])
        page = rows[:limit]
        self.next_cursor = self.cursor_of(page[-1]) if len(rows) > limit else None
        return page

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.next_cursor})

    @property
    def is_descending(self) -> bool:
        return self.ordering[0].startswith("-")

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(name.removeprefix("-") for name in self.ordering)

    def limit_of(self, request: Request) -> int:
        text = request.query_params.get("limit", str(self.default_limit))
        if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) > 0):
            raise ValidationError({"limit": ["A whole number from 1."]})
        return min(int(text), self.max_limit)

    def cursor_of(self, row: Any) -> str:
        values = json.dumps(self.values_of(row), default=str)
        return urlsafe_b64encode(values.encode()).decode()

    def values_of(self, row: Any) -> list[Any]:
        return [row.serializable_value(name) for name in self.fields]

    def after(self, model: type[Model], cursor: str) -> Q:
        """(a, b) beyond (x, y), spelled out: a beyond x, or a equal to x and b beyond y."""
        beyond = "lt" if self.is_descending else "gt"
        condition, equal_so_far = Q(), Q()
        for name, value in zip(self.fields, self.values_in(model, cursor), strict=True):
            condition |= equal_so_far & Q(**{f"{name}__{beyond}": value})
            equal_so_far &= Q(**{name: value})
        return condition

    def values_in(self, model: type[Model], cursor: str) -> list[Any]:
        """Raises: ValidationError for anything that this class did not write itself."""
        try:
            parsed = self.parsed(model, json.loads(urlsafe_b64decode(cursor.encode())))
        except (ValueError, TypeError, RecursionError, DjangoValidationError) as error:
            raise ValidationError({"cursor": ["Not a cursor of this list."]}) from error
        if None in parsed:
            raise ValidationError({"cursor": ["Not a cursor of this list."]})
        return parsed

    def parsed(self, model: type[Model], values: Any) -> list[Any]:
        fields = [model._meta.get_field(name) for name in self.fields]
        return [f.to_python(v) for f, v in zip(fields, values, strict=True)]  # type: ignore[union-attr]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {"type": "string", "nullable": True},
            },
        }

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "default": self.default_limit}
        return [
            {"name": "limit", "in": "query", "required": False, "schema": limit},
            {"name": "cursor", "in": "query", "required": False, "schema": {"type": "string"}},
        ]
