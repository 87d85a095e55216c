"""What every answer of the API carries."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class NeverStoreApiAnswers:
    """No cache keeps an answer, and no ETag tells two completions of different models apart."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/api/"):
            response["Cache-Control"] = "no-store"
        return response
