"""Signing in and out of the browser application."""

from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from django.middleware.csrf import get_token
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.fields import ExactText
from labeling.api.authentication import VisitorAuthentication
from labeling.api.permissions import IsSignedIn
from labeling.models import Pool, Role, User
from labeling.services.sign_in_links import redeem_sign_in_link

MAX_SECRET_CHARACTERS = 200


class UserOutput(serializers.ModelSerializer[User]):
    """How an account appears to those who may see it."""

    role = serializers.ChoiceField(choices=Role.choices)
    pool = serializers.ChoiceField(choices=Pool.choices)

    class Meta:
        model = User
        fields = ["id", "email", "display_name", "role", "pool", "is_simulated"]
        read_only_fields = fields


class SignedInOutput(serializers.Serializer[Any]):
    user = UserOutput()


class SessionOutput(serializers.Serializer[Any]):
    user = UserOutput(allow_null=True)
    take_back_seconds = serializers.IntegerField()


class RedeemInput(serializers.Serializer[Any]):
    token = ExactText(max_length=MAX_SECRET_CHARACTERS)


def sign_in(request: Request, user: User) -> None:
    """Start a fresh session: its key and its CSRF token are new, whatever was there before."""
    login(request._request, user)


class SessionView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(operation_id="session", responses=SessionOutput)
    def get(self, request: Request) -> Response:
        """Who is signed in, if anybody; sets the CSRF cookie that every change needs."""
        get_token(request._request)
        session = {"user": request.user, "take_back_seconds": settings.TAKE_BACK_SECONDS}
        return Response(SessionOutput(session).data)


class RedeemView(APIView):
    authentication_classes = [VisitorAuthentication]
    permission_classes = [AllowAny]

    @extend_schema(operation_id="redeem_link", request=RedeemInput, responses=SignedInOutput)
    def post(self, request: Request) -> Response:
        """Sign in with a one-time link."""
        given = RedeemInput(data=request.data)
        given.is_valid(raise_exception=True)
        user = redeem_sign_in_link(given.validated_data["token"])
        sign_in(request, user)
        return Response(SignedInOutput({"user": user}).data)


class SignOutView(APIView):
    permission_classes = [IsSignedIn]

    @extend_schema(operation_id="sign_out", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


urlpatterns = [
    path("session/", SessionView.as_view(), name="session"),
    path("session/redeem/", RedeemView.as_view(), name="session-redeem"),
    path("session/sign-out/", SignOutView.as_view(), name="session-sign-out"),
]
