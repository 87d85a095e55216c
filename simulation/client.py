"""A small JSON client for Concord's public API, with a bearer token and patient retries."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

RETRIES = 5
RETRY_SECONDS = 0.5


class ApiError(Exception):
    """The server said no: its status, its stable code, and what it told the client."""

    def __init__(self, status: int, body: Mapping[str, Any], *, request: str) -> None:
        self.status = status
        self.code = str(body.get("code", "unknown"))
        self.fields = body.get("fields") or {}
        detail = f"{request}: {status} {self.code}: {body.get('detail', '')}"
        super().__init__(f"{detail} {self.fields}" if self.fields else detail)


class Client:
    """Calls one Concord installation as one account."""

    def __init__(self, url: str, token: str, *, timeout_seconds: float = 60.0) -> None:
        self.url = url.rstrip("/")
        self.token = token
        self.timeout_seconds = timeout_seconds

    def as_account(self, token: str) -> "Client":
        return Client(self.url, token, timeout_seconds=self.timeout_seconds)

    def get(self, path: str, **query: Any) -> Any:
        given = {name: value for name, value in query.items() if value is not None}
        suffix = f"?{urllib.parse.urlencode(given)}" if given else ""
        return self._call("GET", f"{path}{suffix}")

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return self._call("POST", path, json.dumps(body or {}).encode())

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._call("PUT", path, json.dumps(body).encode())

    def post_lines(self, path: str, lines: bytes) -> Any:
        """Send a JSONL file as it is."""
        return self._call("POST", path, lines, content_type="application/jsonl")

    def pages(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Every result of a paginated list."""
        cursor: str | None = None
        while True:
            page = self.get(path, cursor=cursor, **query)
            yield from page["results"]
            cursor = page["next"]
            if cursor is None:
                return

    def _call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        content_type: str = "application/json",
    ) -> Any:
        request = urllib.request.Request(  # noqa: S310 - the URL is the operator's own
            f"{self.url}/api/{path}", data=body, method=method
        )
        request.add_header("Authorization", f"Bearer {self.token}")
        request.add_header("Accept", "application/json")
        if body is not None:
            request.add_header("Content-Type", content_type)
        for attempt in range(RETRIES):
            try:
                return self._send(request, f"{method} {path}")
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                # The server restarts or is busy. Submissions carry a client key: a repeat is safe.
                if attempt == RETRIES - 1:
                    raise
                time.sleep(RETRY_SECONDS * 2**attempt)
        raise AssertionError("unreachable")

    def _send(self, request: urllib.request.Request, name: str) -> Any:
        try:
            with urllib.request.urlopen(request, timeout=self.timeout_seconds) as answer:  # noqa: S310
                content = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                if error.code in {502, 503, 504}:
                    raise ConnectionError(f"{name}: {error.code}") from error
                raise ApiError(error.code, _error_body(error), request=name) from error
        return json.loads(content) if content else None


def _error_body(error: urllib.error.HTTPError) -> Mapping[str, Any]:
    content = error.read()
    try:
        body = json.loads(content)
    except ValueError:
        return {"detail": content[:200].decode("utf-8", "replace")}
    return body if isinstance(body, dict) else {"detail": str(body)}
