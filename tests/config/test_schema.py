"""The OpenAPI schema: complete, without warnings, and honest about errors."""

from io import StringIO

import pytest
import yaml
from django.core.management import call_command


@pytest.fixture(scope="module")
def schema() -> dict[str, dict[str, dict]]:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return yaml.safe_load(out.getvalue())


def operations(schema: dict) -> dict[str, dict]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }


def test_every_operation_has_a_name_of_its_own(schema: dict) -> None:
    names = [operation["operationId"] for operation in operations(schema).values()]

    assert len(names) == len(set(names))
    # DRF's own names are made of addresses, such as api_people_list.
    assert [name for name in names if name.startswith("api_")] == []


def test_every_operation_can_answer_with_the_one_error_shape(schema: dict) -> None:
    error = {"$ref": "#/components/schemas/Error"}

    assert {
        name
        for name, operation in operations(schema).items()
        if operation["responses"]["default"]["content"]["application/json"]["schema"] != error
    } == set()
    assert schema["components"]["schemas"]["Error"]["required"] == ["code", "detail", "fields"]


def test_every_answer_has_a_type(schema: dict) -> None:
    untyped = {
        f"{name} {status}"
        for name, operation in operations(schema).items()
        for status, answer in operation["responses"].items()
        if status not in {"204", "default"} and "content" not in answer
    }

    assert untyped == set()


def test_an_enum_stands_where_it_is_used(schema: dict) -> None:
    user = schema["components"]["schemas"]["UserOutput"]["properties"]

    assert user["role"] == {"type": "string", "enum": ["labeler", "researcher", "admin"]}
