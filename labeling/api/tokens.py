"""API tokens for scripts."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.pagination import KeysetPagination
from labeling.api.names import DisplayNameField
from labeling.api.permissions import IsSignedIn, account_of
from labeling.models import ApiToken
from labeling.selectors.people import access_token, access_token_owner, live_tokens_visible_to
from labeling.services.tokens import make_token, revoke_token

ID_MAXIMUM = 2**63 - 1


class TokenInput(serializers.Serializer[Any]):
    name = DisplayNameField(max_length=80)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=ApiToken.Scope.choices), min_length=1, max_length=3
    )
    expires_in_days = serializers.IntegerField(min_value=1, max_value=365)
    user = serializers.IntegerField(
        min_value=1,
        max_value=ID_MAXIMUM,
        required=False,
        help_text="Admins only: the simulated account that the token is for.",
    )


class TokenOutput(serializers.ModelSerializer[ApiToken]):
    user = serializers.IntegerField(source="user_id")
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=ApiToken.Scope.choices))

    class Meta:
        model = ApiToken
        fields = [
            "id",
            "user",
            "name",
            "prefix",
            "scopes",
            "created_at",
            "expires_at",
            "last_used_at",
        ]
        read_only_fields = fields


class NewTokenOutput(TokenOutput):
    """With the token itself, which is never shown again."""

    token = serializers.CharField()

    class Meta(TokenOutput.Meta):
        fields = [*TokenOutput.Meta.fields, "token"]
        read_only_fields = fields


class TokensView(generics.ListAPIView[ApiToken]):
    permission_classes = [IsSignedIn]
    serializer_class = TokenOutput
    pagination_class = KeysetPagination

    def get_queryset(self) -> Any:
        return live_tokens_visible_to(account_of(self.request))

    @extend_schema(operation_id="list_tokens")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The tokens that still open something: one's own, for an admin everybody's."""
        return self.list(request)

    @extend_schema(operation_id="make_token", request=TokenInput, responses={201: NewTokenOutput})
    def post(self, request: Request) -> Response:
        given = TokenInput(data=request.data)
        given.is_valid(raise_exception=True)
        wanted, caller = given.validated_data, account_of(request)
        token, secret = make_token(
            owner=access_token_owner(user_id=wanted.get("user"), requested_by=caller),
            requested_by=caller,
            name=wanted["name"],
            scopes=wanted["scopes"],
            expires_in_days=wanted["expires_in_days"],
            grantable=request.auth.scopes if isinstance(request.auth, ApiToken) else None,
        )
        shown = {**TokenOutput(token).data, "token": secret}
        return Response(shown, status=status.HTTP_201_CREATED)


class TokenView(APIView):
    permission_classes = [IsSignedIn]

    @extend_schema(operation_id="revoke_token", request=None, responses={204: None})
    def delete(self, request: Request, token_id: int) -> Response:
        """From now on the token opens nothing."""
        caller = account_of(request)
        revoke_token(access_token(token_id=token_id, user=caller), revoked_by=caller)
        return Response(status=status.HTTP_204_NO_CONTENT)


urlpatterns = [
    path("tokens/", TokensView.as_view(), name="tokens"),
    path("tokens/<int:token_id>/", TokenView.as_view(), name="token"),
]
