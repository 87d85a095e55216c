"""Inviting people, and accepting an invitation."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.fields import ExactText
from config.pagination import KeysetPagination
from labeling.api.authentication import VisitorAuthentication
from labeling.api.names import DisplayNameField, VendorField
from labeling.api.permissions import IsAdmin, account_of
from labeling.api.projects import EachOnce, LanguageField
from labeling.api.session import MAX_SECRET_CHARACTERS, SignedInOutput, sign_in
from labeling.api.strict_fields import RowId
from labeling.models import Invitation, Pool, Role
from labeling.selectors.people import invitations
from labeling.services.invitations import NewInvitation, accept_invitation, invitation_path, invite


class InvitationInput(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(choices=Role.choices)
    pool = serializers.ChoiceField(choices=Pool.choices, default=Pool.TRAINING)
    screening = RowId(
        allow_null=True,
        default=None,
        help_text="Passed before the first task, for labelers of the training pool; null for none.",
    )
    vendor = VendorField(default="")
    languages = EachOnce(child=LanguageField(), max_length=50, default=list)


class InvitationOutput(serializers.ModelSerializer[Invitation]):
    role = serializers.ChoiceField(choices=Role.choices)
    pool = serializers.ChoiceField(choices=Pool.choices)
    state = serializers.ChoiceField(choices=["pending", "accepted", "expired"])
    screening_name = serializers.CharField(source="screening.name", allow_null=True, default=None)
    languages = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Invitation
        fields = [
            "id",
            "email",
            "role",
            "pool",
            "state",
            "screening_name",
            "vendor",
            "languages",
            "created_at",
            "expires_at",
        ]
        read_only_fields = fields


class NewInvitationOutput(InvitationOutput):
    """With the path that holds the secret; it is never shown again."""

    path = serializers.CharField()

    class Meta(InvitationOutput.Meta):
        fields = [*InvitationOutput.Meta.fields, "path"]
        read_only_fields = fields


class AcceptInput(serializers.Serializer[Any]):
    token = ExactText(max_length=MAX_SECRET_CHARACTERS)
    display_name = DisplayNameField()


class InvitationsView(generics.ListAPIView[Invitation]):
    permission_classes = [IsAdmin]
    serializer_class = InvitationOutput
    pagination_class = KeysetPagination

    def get_queryset(self) -> Any:
        return invitations()

    @extend_schema(operation_id="list_invitations")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="invite", request=InvitationInput, responses={201: NewInvitationOutput}
    )
    def post(self, request: Request) -> Response:
        given = InvitationInput(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        new = NewInvitation(screening_id=wanted.pop("screening"), **wanted)
        invitation, secret = invite(new=new, invited_by=account_of(request))
        shown = InvitationOutput(invitations().get(pk=invitation.pk)).data
        return Response({**shown, "path": invitation_path(secret)}, status=status.HTTP_201_CREATED)


class AcceptView(APIView):
    authentication_classes = [VisitorAuthentication]
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="accept_invitation", request=AcceptInput, responses={201: SignedInOutput}
    )
    def post(self, request: Request) -> Response:
        """Open the invited account and sign it in."""
        given = AcceptInput(data=request.data)
        given.is_valid(raise_exception=True)
        user = accept_invitation(
            secret=given.validated_data["token"], display_name=given.validated_data["display_name"]
        )
        sign_in(request, user)
        return Response(SignedInOutput({"user": user}).data, status=status.HTTP_201_CREATED)


urlpatterns = [
    path("invitations/", InvitationsView.as_view(), name="invitations"),
    path("invitations/accept/", AcceptView.as_view(), name="invitation-accept"),
]
