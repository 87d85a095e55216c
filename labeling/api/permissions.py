"""Who may call what: the role of the account, and the scope of the token where there is one.

A browser session has every scope of its account. A token carries only the scopes it was made with,
and a scope never widens the role: both are checked.
"""

from typing import TYPE_CHECKING, TypeGuard

from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from labeling.models import ApiToken, User

if TYPE_CHECKING:
    # rest_framework.views reads the default permission classes while it is being imported.
    from rest_framework.views import APIView

SCOPE = ApiToken.Scope


def is_account(user: object) -> TypeGuard[User]:
    return isinstance(user, User) and user.is_active


def account_of(request: Request) -> User:
    """The account behind a request that a permission of this module has let through."""
    if not is_account(request.user):
        raise NotAuthenticated
    return request.user


def has_scope(request: Request, *scopes: str) -> bool:
    """Whether the caller's token carries one of these; a session always does."""
    token = request.auth
    return not isinstance(token, ApiToken) or not set(scopes).isdisjoint(token.scopes)


def has_scope_for_method(request: Request) -> bool:
    return has_scope(request, SCOPE.READ if request.method in SAFE_METHODS else SCOPE.MANAGE)


class IsSignedIn(BasePermission):
    """Any account. A token of any scope may look, and needs "manage" to change something."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not is_account(request.user):
            return False
        return request.method in SAFE_METHODS or has_scope(request, SCOPE.MANAGE)


class MayLabel(BasePermission):
    """The endpoints of the labeling work itself: any account; a token needs "label"."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return is_account(request.user) and has_scope(request, SCOPE.LABEL)


class IsResearcher(BasePermission):
    """Researchers and admins; a token needs "read" to look and "manage" to change."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        user = request.user
        return is_account(user) and user.is_researcher and has_scope_for_method(request)


class IsAdmin(BasePermission):
    """Admins only; a token needs "read" to look and "manage" to change."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        user = request.user
        return is_account(user) and user.is_admin and has_scope_for_method(request)


class ResearcherReadsAdminWrites(BasePermission):
    """Researchers look, admins change."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        permission = IsResearcher() if request.method in SAFE_METHODS else IsAdmin()
        return permission.has_permission(request, view)


class ResearcherReadsLabelerSubmits(BasePermission):
    """Researchers look at everybody's answers, any account submits its own."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        permission = IsResearcher() if request.method in SAFE_METHODS else MayLabel()
        return permission.has_permission(request, view)
