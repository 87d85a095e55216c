"""The accounts of this installation."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.pagination import KeysetPagination
from labeling.api.names import DisplayNameField, VendorField
from labeling.api.permissions import IsAdmin, ResearcherReadsAdminWrites, account_of
from labeling.api.projects import EachOnce, LanguageField, SkillField
from labeling.api.session import UserOutput
from labeling.models import Pool, Role, User
from labeling.selectors.people import access_person, people
from labeling.services.people import Profile, change_person, open_account
from labeling.services.sign_in_links import make_sign_in_link, sign_in_path

PROFILE_FIELDS = {"languages", "skills", "vendor"}


class PeopleFilter(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=Role.choices, required=False)
    search = serializers.CharField(max_length=200, required=False, allow_blank=True)
    imported = serializers.BooleanField(
        default=False, help_text="The labelers of imported judgments, in place of the accounts."
    )


class ProfileInput(serializers.Serializer[Any]):
    """Which tasks somebody can be given, and who sent them."""

    languages = EachOnce(child=LanguageField(), max_length=50, required=False)
    skills = EachOnce(child=SkillField(max_length=40), max_length=50, required=False)
    vendor = VendorField(required=False)


class PersonInput(ProfileInput):
    email = serializers.EmailField(max_length=254)
    display_name = DisplayNameField()
    role = serializers.ChoiceField(choices=Role.choices, default=Role.LABELER)
    pool = serializers.ChoiceField(choices=Pool.choices, default=Pool.TRAINING)
    is_simulated = serializers.BooleanField(default=False)


class PersonChange(ProfileInput):
    role = serializers.ChoiceField(choices=Role.choices, required=False)
    pool = serializers.ChoiceField(choices=Pool.choices, required=False)
    is_active = serializers.BooleanField(required=False)
    display_name = DisplayNameField(required=False)


class PersonOutput(UserOutput):
    languages = serializers.ListField(child=serializers.CharField())
    skills = serializers.ListField(child=serializers.CharField())
    num_rankings = serializers.IntegerField()

    class Meta(UserOutput.Meta):
        fields = [
            *UserOutput.Meta.fields,
            "is_active",
            "imported_from",
            "languages",
            "skills",
            "vendor",
            "created_at",
            "last_login",
            "num_rankings",
        ]
        read_only_fields = fields


class SignInLinkOutput(serializers.Serializer[Any]):
    """With the path that holds the secret; it is never shown again."""

    path = serializers.CharField()
    expires_at = serializers.DateTimeField()


class PeoplePagination(KeysetPagination):
    ordering = ("id",)


class PeopleView(generics.ListAPIView[User]):
    permission_classes = [ResearcherReadsAdminWrites]
    serializer_class = PersonOutput
    pagination_class = PeoplePagination

    def get_queryset(self) -> Any:
        wanted = PeopleFilter(data=self.request.query_params)
        wanted.is_valid(raise_exception=True)
        return people(**wanted.validated_data)

    @extend_schema(operation_id="list_people", parameters=[PeopleFilter])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request)

    @extend_schema(operation_id="open_account", request=PersonInput, responses={201: PersonOutput})
    def post(self, request: Request) -> Response:
        """Open an account without an invitation, above all for a simulated labeler."""
        given = PersonInput(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        named = PROFILE_FIELDS & wanted.keys()
        profile = Profile(**{field: wanted.pop(field) for field in named})
        person = open_account(**wanted, profile=profile, opened_by=account_of(request))
        shown = PersonOutput(access_person(person.pk))
        return Response(shown.data, status=status.HTTP_201_CREATED)


class PersonView(APIView):
    permission_classes = [IsAdmin]

    @extend_schema(operation_id="change_person", request=PersonChange, responses=PersonOutput)
    def patch(self, request: Request, person_id: int) -> Response:
        """Change what is given; another role or no access ends every session."""
        given = PersonChange(data=request.data)
        given.is_valid(raise_exception=True)
        change_person(
            person=access_person(person_id),
            changes=given.validated_data,
            changed_by=account_of(request),
        )
        return Response(PersonOutput(access_person(person_id)).data)


class SignInLinksView(APIView):
    permission_classes = [IsAdmin]

    @extend_schema(
        operation_id="make_sign_in_link", request=None, responses={201: SignInLinkOutput}
    )
    def post(self, request: Request, person_id: int) -> Response:
        person = access_person(person_id)
        link, secret = make_sign_in_link(person, made_by=account_of(request))
        shown = SignInLinkOutput({"path": sign_in_path(secret), "expires_at": link.expires_at})
        return Response(shown.data, status=status.HTTP_201_CREATED)


urlpatterns = [
    path("people/", PeopleView.as_view(), name="people"),
    path("people/<int:person_id>/", PersonView.as_view(), name="person"),
    path("people/<int:person_id>/sign-in-links/", SignInLinksView.as_view(), name="sign-in-links"),
]
