"""What holds for every request to the API and every answer of it."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse

GetResponse = Callable[[HttpRequest], HttpResponse]

API_PREFIX = "/api/"


class NeverStoreApiAnswers:
    """No cache keeps an answer, and no ETag tells two completions of different models apart."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(API_PREFIX):
            response["Cache-Control"] = "no-store"
        return response


class RefuseBodiesWithoutLength:
    """A body sent in chunks has no length, and Django would take it for an empty one.

    An import would then answer that it stored nothing, and look like a success.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
            return JsonResponse(
                {
                    "code": "length_required",
                    "detail": "Send the body with its Content-Length, not in chunks.",
                    "fields": {},
                },
                status=HTTPStatus.LENGTH_REQUIRED,
            )
        return self.get_response(request)
