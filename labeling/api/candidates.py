"""Candidates as those who decide see them: a code, scores and words of their own (R12).

Until the decision is saved nothing here may tell who a candidate is: no name, no address, no
vendor, no language, no id of an account.
"""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.fields import ExactText
from config.pagination import KeysetPagination
from labeling.agreement.experts import Score
from labeling.api.permissions import IsResearcher, account_of
from labeling.api.strict_fields import StrictInteger
from labeling.models import Candidacy, Demonstration, Pool, Screening
from labeling.selectors.candidates import (
    DECIDED,
    Scores,
    access_candidate,
    access_demonstration_to_grade,
    answers_of,
    candidates,
    demonstrations_to_grade,
    flags_of,
    scores_of,
    with_grades_of,
)
from labeling.selectors.screening import access_screening
from labeling.services.candidates import decide_candidacy, grade_demonstration

MAX_REASON_CHARACTERS = 2_000
STATES = ["submitted", "accepted", "rejected"]
# A mean that is the cut-off in every digit but the last still reaches it.
ROUNDING = 1e-9


class CandidatesFilter(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=STATES, required=False)


class CandidateScoreOutput(serializers.Serializer[Any]):
    """Either a value or the reason why there is none, beside the cut-off."""

    value = serializers.FloatField(allow_null=True)
    reason_undefined = serializers.CharField(allow_null=True)
    num_counted = serializers.IntegerField(help_text="Texts, tasks or demonstrations.")
    num_left_out = serializers.IntegerField(help_text="Those that could not be counted.")
    cutoff = serializers.FloatField()
    is_passed = serializers.BooleanField(
        allow_null=True, help_text="A soft mark; whoever decides may override it."
    )


class CandidateScoresOutput(serializers.Serializer[Any]):
    flags = CandidateScoreOutput()
    ranking = CandidateScoreOutput()
    demonstration = CandidateScoreOutput()


class DecisionOutput(serializers.Serializer[Candidacy]):
    """Who it was is known from here on."""

    labeler_name = serializers.CharField(source="labeler.display_name")
    vendor = serializers.CharField(source="labeler.vendor")
    pool = serializers.ChoiceField(source="labeler.pool", choices=Pool.choices)
    decided_by_name = serializers.CharField(source="decided_by.display_name")
    decided_at = serializers.DateTimeField()
    reason = serializers.CharField()


class CandidateOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    code = serializers.CharField()
    screening = serializers.IntegerField()
    state = serializers.ChoiceField(choices=STATES)
    submitted_at = serializers.DateTimeField()
    scores = CandidateScoresOutput()
    topics = serializers.ListField(child=serializers.CharField())
    cultural_groups = serializers.ListField(child=serializers.CharField())
    decision = DecisionOutput(allow_null=True, help_text="Null until somebody has decided.")


class FlaggedTextOutput(serializers.Serializer[Any]):
    text = serializers.CharField()
    is_sensitive = serializers.BooleanField()
    num_experts_sensitive = serializers.IntegerField()
    num_experts_not = serializers.IntegerField()


class GradedDemonstrationOutput(serializers.Serializer[Any]):
    prompt = serializers.CharField()
    text = serializers.CharField()
    grades = serializers.ListField(child=serializers.IntegerField())


class CandidateDetailOutput(CandidateOutput):
    texts = FlaggedTextOutput(many=True)
    demonstrations = GradedDemonstrationOutput(many=True)


class DecisionInput(serializers.Serializer[Any]):
    decision = serializers.ChoiceField(choices=["accept", "reject"])
    pool = serializers.ChoiceField(
        choices=Pool.choices, allow_null=True, default=None, help_text="Of an accepted candidate."
    )
    # Trimmed, so that a space is no reason.
    reason = ExactText(max_length=MAX_REASON_CHARACTERS, trim_whitespace=True)


class DemonstrationToGradeOutput(serializers.ModelSerializer[Demonstration]):
    prompt = serializers.CharField(source="prompt.text")
    my_grade = serializers.IntegerField(allow_null=True)
    num_grades = serializers.IntegerField()

    class Meta:
        model = Demonstration
        fields = ["id", "prompt", "text", "my_grade", "num_grades"]
        read_only_fields = fields


class GradeInput(serializers.Serializer[Any]):
    grade = StrictInteger(min_value=1, max_value=7)


def score_shown(score: Score, cutoff: float) -> dict[str, object]:
    is_passed = None if score.value is None else score.value + ROUNDING >= cutoff
    return {**vars(score), "cutoff": cutoff, "is_passed": is_passed}


def candidate_shown(candidacy: Candidacy, scores: Scores) -> dict[str, object]:
    screening = candidacy.screening
    return {
        "id": candidacy.pk,
        "code": candidacy.code,
        "screening": screening.pk,
        "state": candidacy.state,
        "submitted_at": candidacy.submitted_at,
        "scores": {
            "flags": score_shown(scores.flags, screening.flags_cutoff),
            "ranking": score_shown(scores.ranking, screening.ranking_cutoff),
            "demonstration": score_shown(scores.demonstration, screening.demonstration_cutoff),
        },
        "topics": candidacy.topics,
        "cultural_groups": candidacy.cultural_groups,
        "decision": candidacy if candidacy.state in DECIDED else None,
    }


def show_candidate(candidacy: Candidacy) -> Any:
    scores = scores_of([candidacy], candidacy.screening)[candidacy.pk]
    demonstrations = [
        {
            "prompt": row.prompt.text,
            "text": row.text,
            "grades": [given.grade for given in row.grades.all()],
        }
        for row in answers_of(candidacy)
    ]
    shown = {
        **candidate_shown(candidacy, scores),
        "texts": flags_of(candidacy),
        "demonstrations": demonstrations,
    }
    return CandidateDetailOutput(shown).data


class CandidatesPagination(KeysetPagination):
    ordering = ("code",)


class CandidatesView(generics.GenericAPIView[Candidacy]):
    permission_classes = [IsResearcher]
    serializer_class = CandidateOutput
    pagination_class = CandidatesPagination

    @extend_schema(
        operation_id="list_candidates",
        parameters=[CandidatesFilter],
        responses=CandidateOutput(many=True),
    )
    def get(self, request: Request, screening_id: int) -> Response:
        """Those who have handed in, under their codes."""
        wanted = CandidatesFilter(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        screening: Screening = access_screening(screening_id)
        rows = self.paginate_queryset(candidates(screening).filter(**wanted.validated_data)) or []
        scores = scores_of(rows, screening)
        shown = [candidate_shown(row, scores[row.pk]) for row in rows]
        return self.get_paginated_response(CandidateOutput(shown, many=True).data)


class CandidateView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="candidate", responses=CandidateDetailOutput)
    def get(self, request: Request, candidacy_id: UUID) -> Response:
        """One candidate with all that they did."""
        return Response(show_candidate(access_candidate(candidacy_id)))


class DecisionView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="decide_candidacy", request=DecisionInput, responses=CandidateDetailOutput
    )
    def post(self, request: Request, candidacy_id: UUID) -> Response:
        """Accept or reject, with a reason; it is audited and cannot be taken back."""
        given = DecisionInput(data=request.data)
        given.is_valid(raise_exception=True)
        decided = decide_candidacy(
            candidacy=access_candidate(candidacy_id),
            decided_by=account_of(request),
            **given.validated_data,
        )
        return Response(show_candidate(decided))


class GradingPagination(KeysetPagination):
    ordering = ("id",)


class DemonstrationsToGradeView(generics.GenericAPIView[Demonstration]):
    permission_classes = [IsResearcher]
    serializer_class = DemonstrationToGradeOutput
    pagination_class = GradingPagination

    @extend_schema(
        operation_id="list_demonstrations_to_grade",
        responses=DemonstrationToGradeOutput(many=True),
    )
    def get(self, request: Request, screening_id: int) -> Response:
        """What undecided candidates wrote, in an order of chance, without who wrote it."""
        to_grade = demonstrations_to_grade(access_screening(screening_id))
        rows = self.paginate_queryset(with_grades_of(to_grade, account_of(request)))
        return self.get_paginated_response(DemonstrationToGradeOutput(rows, many=True).data)


class GradeView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="grade_demonstration", request=GradeInput, responses={204: None})
    def put(self, request: Request, demonstration_id: UUID) -> Response:
        """The caller's grade, 1 to 7; the last one counts until the decision is saved."""
        given = GradeInput(data=request.data)
        given.is_valid(raise_exception=True)
        grade_demonstration(
            demonstration=access_demonstration_to_grade(demonstration_id),
            grader=account_of(request),
            grade=given.validated_data["grade"],
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


urlpatterns = [
    path("screenings/<int:screening_id>/candidates/", CandidatesView.as_view(), name="candidates"),
    path(
        "screenings/<int:screening_id>/demonstrations/",
        DemonstrationsToGradeView.as_view(),
        name="demonstrations-to-grade",
    ),
    path("candidates/<uuid:candidacy_id>/", CandidateView.as_view(), name="candidate"),
    path("candidates/<uuid:candidacy_id>/decision/", DecisionView.as_view(), name="decision"),
    path("demonstrations/<uuid:demonstration_id>/grade/", GradeView.as_view(), name="grade"),
]
