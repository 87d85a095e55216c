"""What is done to the OpenAPI schema after it was generated."""

from collections.abc import Mapping
from typing import Any

ERROR_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "description": "What every refusal looks like; nested inputs are named with dots.",
    "properties": {
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "fields": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
    "required": ["code", "detail", "fields"],
}


def describe_errors_in_schema(
    result: dict[str, Any], generator: object, request: object, public: bool
) -> dict[str, Any]:
    """Give every operation of the OpenAPI schema this one error shape as its default answer."""
    result["components"].setdefault("schemas", {})["Error"] = ERROR_SCHEMA
    answer = {
        "description": "Refused",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"].setdefault("default", answer)
    return result


def drop_enum_marks(
    result: dict[str, Any], generator: object, request: object, public: bool
) -> dict[str, Any]:
    """Remove the generator's own notes on enums.

    Enums stay where they are used: "state" means something else in each noun, and hoisting them
    gives names that change whenever a noun is added.
    """
    waiting: list[object] = [result]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            part.pop("x-spec-enum-id", None)
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
    return result
