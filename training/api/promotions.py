"""Promotions of model versions: candidate, staging, current, and back (R87)."""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.fields import ExactText
from labeling.api.permissions import IsAdmin, ResearcherReadsAdminWrites, account_of
from labeling.errors import NotAccessible, Refused
from labeling.selectors.evaluations import access_evaluation
from training.api.authors import AuthorOutput
from training.api.model_versions import EvidenceOutput, ModelVersionName, VersionStage
from training.models import Promotion
from training.selectors.model_versions import access_model_version
from training.selectors.promotions import (
    current_of,
    grounds_for,
    held_out_accuracy,
    promotions_of,
    why_no_held_out_accuracy,
)
from training.services.promotions import PROMOTED_KINDS, Wanted, promote, roll_back

ID_MAXIMUM = 2**63 - 1
MAXIMUM_REASON = 2_000


class PromotionInput(serializers.Serializer[Any]):
    stage = serializers.ChoiceField(choices=Promotion.Stage.choices)
    evaluation = serializers.IntegerField(
        min_value=1,
        max_value=ID_MAXIMUM,
        required=False,
        allow_null=True,
        default=None,
        help_text="The evaluation whose win rate it stands on.",
    )
    override_reason = ExactText(
        max_length=MAXIMUM_REASON,
        required=False,
        allow_blank=True,
        default="",
        help_text="Why it may become current without one.",
    )

    def wanted(self) -> Wanted:
        """Raises: Refused("no_such_evaluation")."""
        given = self.validated_data
        number, evaluation = given["evaluation"], None
        if number is not None:
            try:
                evaluation = access_evaluation(project_id=number)
            except NotAccessible as error:
                said = ["There is no such evaluation."]
                raise Refused(
                    "no_such_evaluation", said[0], status=400, fields={"evaluation": said}
                ) from error
        return Wanted(given["stage"], evaluation, given["override_reason"])


class RollBackInput(serializers.Serializer[Any]):
    reason = ExactText(max_length=MAXIMUM_REASON)


class EvaluationName(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class PromotionOutput(serializers.ModelSerializer[Promotion]):
    stage = serializers.ChoiceField(choices=Promotion.Stage.choices)
    replaces = ModelVersionName(allow_null=True)
    evaluation = EvaluationName(allow_null=True)
    evidence = EvidenceOutput(allow_null=True)
    promoted_by = AuthorOutput()

    class Meta:
        model = Promotion
        fields = [
            "id",
            "stage",
            "replaces",
            "evaluation",
            "evidence",
            "override_reason",
            "promoted_by",
            "promoted_at",
        ]
        read_only_fields = fields


class GroundsOutput(serializers.Serializer[Any]):
    evaluation = EvaluationName()
    evidence = EvidenceOutput(allow_null=True)
    reason_missing = serializers.CharField(allow_blank=True)


class PromotionsOutput(serializers.Serializer[Any]):
    """What was decided about a version, what could be decided, and by what."""

    stage = VersionStage(allow_null=True)
    can_be_promoted = serializers.BooleanField()
    can_roll_back = serializers.BooleanField()
    current = ModelVersionName(allow_null=True, help_text="The current version of its kind.")
    history = PromotionOutput(many=True)
    evaluations = GroundsOutput(many=True)
    held_out_accuracy = EvidenceOutput(allow_null=True)
    why_no_held_out_accuracy = serializers.CharField(
        allow_blank=True, help_text="Of a reward model that cannot stand on it."
    )


def shown(version_id: UUID) -> dict[str, Any]:
    version: Any = access_model_version(version_id)
    current = current_of(version.kind)
    is_current = current is not None and current.model_version_id == version.pk
    found = {
        "stage": version.stage,
        "can_be_promoted": version.kind in PROMOTED_KINDS,
        "can_roll_back": is_current and current is not None and current.replaces_id is not None,
        "current": current and current.model_version,
        "history": promotions_of(version),
        "evaluations": grounds_for(version),
        "held_out_accuracy": held_out_accuracy(version),
        "why_no_held_out_accuracy": why_no_held_out_accuracy(version),
    }
    return dict(PromotionsOutput(found).data)


class PromotionsView(APIView):
    permission_classes = [ResearcherReadsAdminWrites]

    @extend_schema(operation_id="model_version_promotions", responses=PromotionsOutput)
    def get(self, request: Request, model_version_id: UUID) -> Response:
        return Response(shown(model_version_id))

    @extend_schema(
        operation_id="promote_model_version",
        request=PromotionInput,
        responses={201: PromotionsOutput},
    )
    def post(self, request: Request, model_version_id: UUID) -> Response:
        """To become current, a version needs a human evaluation with an interval, or a reason."""
        given = PromotionInput(data=request.data)
        given.is_valid(raise_exception=True)
        version = access_model_version(model_version_id)
        promote(by=account_of(request), version=version, wanted=given.wanted())
        return Response(shown(model_version_id), status=status.HTTP_201_CREATED)


class RollBackView(APIView):
    permission_classes = [IsAdmin]

    @extend_schema(
        operation_id="roll_back_model_version",
        request=RollBackInput,
        responses={201: PromotionsOutput},
    )
    def post(self, request: Request, model_version_id: UUID) -> Response:
        """Make the version current again that this one replaced; answers for this one."""
        given = RollBackInput(data=request.data)
        given.is_valid(raise_exception=True)
        version = access_model_version(model_version_id)
        roll_back(by=account_of(request), version=version, **given.validated_data)
        return Response(shown(model_version_id), status=status.HTTP_201_CREATED)


urlpatterns = [
    path(
        "model-versions/<uuid:model_version_id>/promotions/",
        PromotionsView.as_view(),
        name="model-version-promotions",
    ),
    path(
        "model-versions/<uuid:model_version_id>/roll-back/",
        RollBackView.as_view(),
        name="model-version-roll-back",
    ),
]
