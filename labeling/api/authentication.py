"""Who is calling: a browser session, a bearer token, or a visitor about to sign in."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.authentication import SessionAuthentication as SessionAuthenticationBase
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from labeling.models import ApiToken, User
from labeling.services.tokens import use_token

REALM = 'Bearer realm="concord"'


class BearerTokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer cnc_...``. A wrong token never falls back on the session cookie."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, secret = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        token = use_token(secret.strip())
        if token is None:
            # One sentence for unknown, expired, revoked and inactive: they look the same outside.
            raise AuthenticationFailed("This token is not valid (any more).", code="invalid_token")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        # Makes a missing sign-in a 401 rather than a 403.
        return REALM


class SessionAuthentication(SessionAuthenticationBase):
    """The browser's session cookie; every change needs the X-CSRFToken header."""

    def authenticate_header(self, request: Request) -> str:
        return REALM

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            # A code of its own: the browser can fetch a new token and try again.
            raise PermissionDenied(
                f"{error.detail} Reload the page.", code="csrf_failed"
            ) from error


class VisitorAuthentication(SessionAuthentication):
    """Nobody yet, but the request must come from our own pages.

    Signing in is a change too: without this a foreign page could sign a labeler in as somebody
    else and collect their work under the wrong name.
    """

    def authenticate(self, request: Request) -> None:
        self.enforce_csrf(request)


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = BearerTokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class VisitorScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = VisitorAuthentication
    name = "csrf"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "X-CSRFToken"}
