"""How request bodies are read: JSON strictly, bulk text in bounded pieces."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

from config.strict_json import StrictJSONError, read_json


class PayloadTooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "payload_too_large"

    def __init__(self) -> None:
        megabytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 1_000_000
        super().__init__(f"The body is larger than {megabytes:g} MB; send it in parts.")


class MalformedJSON(ParseError):
    """``fields`` names the member that holds what cannot be stored, if it is one member."""

    default_code = "malformed_json"

    def __init__(self, error: StrictJSONError) -> None:
        super().__init__(str(error))
        self.fields = {error.place: [str(error)]} if error.place else {}


def read_bounded(stream: IO[bytes], parser_context: Mapping[str, Any] | None) -> bytes:
    """The whole body, or PayloadTooLarge without holding more than the limit in memory.

    The declared length is checked first; a body sent in chunks declares none and is measured.
    """
    limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    request = (parser_context or {}).get("request")
    declared = request.META.get("CONTENT_LENGTH") if request is not None else None
    if declared and declared.isdigit() and int(declared) > limit:
        raise PayloadTooLarge
    body = stream.read(limit + 1)
    if len(body) > limit:
        raise PayloadTooLarge
    return body


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return read_json(read_bounded(stream, parser_context))
        except StrictJSONError as error:
            raise MalformedJSON(error) from error


class BytesParser(BaseParser):
    """A piece of a file, as it is."""

    media_type = "application/octet-stream"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return read_bounded(stream, parser_context)


class JSONLinesParser(BytesParser):
    """The raw bytes of a bulk import; its rows are read one by one, further in."""

    media_type = "application/jsonl"
