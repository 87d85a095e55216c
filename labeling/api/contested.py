"""Prompts on which labelers are divided: the list, one with every order of it, and what to do.

To settle it, to ask its labelers, to take it out.
"""

from typing import Any, Final

from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.fields import ExactText
from labeling.agreement.concordance import INTERVAL_METHOD
from labeling.api.agreement import AgreeingLabelerOutput, AgreementFilter, EstimateOutput
from labeling.api.permissions import IsResearcher, account_of
from labeling.api.questions import MAX_QUESTION_CHARACTERS
from labeling.api.strict_fields import ID_MAXIMUM, StrictUuid
from labeling.models import Adjudication
from labeling.models.projects import K_MAXIMUM
from labeling.selectors.contested import (
    ORDERS,
    access_contested,
    concordances,
    contested_prompts,
    excluded_prompts,
)
from labeling.services.contested import adjudicate, exclude_prompt, lift_exclusion
from labeling.services.ranking_questions import ask_labelers

NUM_LISTED: Final = 100
MAX_REASON_CHARACTERS: Final = 2_000
CONCORDANCE_DEFINITION: Final = (
    "Of all comparisons of two labelers on this prompt, the share with the same answer; a tie "
    "against a preference counts half a point."
)
ENTROPY_DEFINITION: Final = (
    "Score: how divided labelers are on a pair of completions, times how many labelers ranked the "
    "prompt. How divided is the entropy of the answers first, second, tie in bits, the mean over "
    "pairs: 0 where all say the same, 1 where half say the opposite, log2 3 = 1.58 where a third "
    "says each of the three. It says what to read first and estimates nothing, so it has no "
    "interval."
)


class ContestedFilter(AgreementFilter):
    tenth = serializers.IntegerField(
        min_value=0,
        max_value=9,
        required=False,
        help_text="Only an agreement between so many tenths and the next; full agreement is in 9.",
    )
    order = serializers.ChoiceField(
        choices=tuple(ORDERS),
        default="agreement",
        help_text="The least agreement first, or the highest entropy times labelers.",
    )


class NamedProjectOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class ContestedRowOutput(serializers.Serializer[Any]):
    project = NamedProjectOutput()
    prompt_id = serializers.IntegerField()
    excerpt = serializers.CharField()
    k = serializers.IntegerField()
    num_labelers = serializers.IntegerField()
    concordance = EstimateOutput(help_text="``num_pairs`` is the comparisons of two labelers.")
    entropy = serializers.FloatField(
        source="mean_entropy", help_text="Of the answers to a pair, in bits; the mean over pairs."
    )
    score = serializers.FloatField(help_text="The entropy times the labelers.")
    last_submitted_at = serializers.DateTimeField()
    is_adjudicated = serializers.BooleanField()
    is_gold = serializers.BooleanField()


class ExclusionOutput(serializers.Serializer[Any]):
    reason = serializers.CharField()
    author_name = serializers.CharField(source="author.display_name")
    created_at = serializers.DateTimeField()


class ExcludedRowOutput(ExclusionOutput):
    project = NamedProjectOutput()
    prompt_id = serializers.IntegerField()
    excerpt = serializers.CharField()


class ContestedListOutput(serializers.Serializer[Any]):
    concordance_definition = serializers.CharField()
    concordance_interval_method = serializers.CharField()
    entropy_definition = serializers.CharField()
    num_prompts = serializers.IntegerField(help_text="That fit; the first hundred are listed.")
    prompts = ContestedRowOutput(many=True, help_text="In the order asked for.")
    excluded = ExcludedRowOutput(many=True, help_text="Out of training and statistics, by project.")


class LadderItemOutput(serializers.Serializer[Any]):
    completion_id = serializers.IntegerField()
    rank = serializers.IntegerField()
    rating = serializers.IntegerField(allow_null=True)
    note = serializers.CharField()


class LadderQuestionOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    author_name = serializers.CharField(source="author.display_name")
    text = serializers.CharField()
    created_at = serializers.DateTimeField()
    answer = serializers.CharField(help_text="Empty before there is one.")
    answered_at = serializers.DateTimeField(allow_null=True)


class LadderOutput(serializers.Serializer[Any]):
    ranking_id = serializers.UUIDField()
    labeler = AgreeingLabelerOutput()
    submitted_at = serializers.DateTimeField()
    seconds_active = serializers.FloatField(allow_null=True)
    items = LadderItemOutput(many=True, help_text="The best first.")
    can_be_asked = serializers.BooleanField(help_text="Whether somebody reads what is asked.")
    questions = LadderQuestionOutput(many=True, help_text="To this labeler, the first first.")


class ContestedCompletionOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    text = serializers.CharField()
    source_name = serializers.CharField(source="source.name")


class RankedIdOutput(serializers.Serializer[Any]):
    completion_id = serializers.IntegerField()
    rank = serializers.IntegerField()


class AdjudicationOutput(serializers.Serializer[Any]):
    ranks = serializers.SerializerMethodField()
    is_gold = serializers.BooleanField()
    reason = serializers.CharField()
    author_name = serializers.CharField(source="author.display_name")
    created_at = serializers.DateTimeField()

    @extend_schema_field(RankedIdOutput(many=True))
    def get_ranks(self, adjudication: Adjudication) -> list[dict[str, int]]:
        return [{"completion_id": int(pk), "rank": rank} for pk, rank in adjudication.ranks.items()]


class ContestedPromptOutput(serializers.Serializer[Any]):
    project = NamedProjectOutput()
    prompt_id = serializers.IntegerField(source="prompt.pk")
    text = serializers.CharField(source="prompt.text")
    category = serializers.CharField(source="prompt.category", allow_null=True)
    completions = ContestedCompletionOutput(many=True)
    ladders = LadderOutput(many=True)
    kendall_w = EstimateOutput(help_text="``num_pairs`` is the labelers who ranked all of it.")
    mean_tau_b = EstimateOutput(help_text="``num_pairs`` is every two of those who order anything.")
    concordance_interval_method = serializers.CharField()
    adjudication = AdjudicationOutput(allow_null=True)
    exclusion = ExclusionOutput(allow_null=True)


class RankInput(serializers.Serializer[Any]):
    completion_id = serializers.IntegerField(min_value=1, max_value=ID_MAXIMUM)
    rank = serializers.IntegerField(min_value=1, max_value=K_MAXIMUM)


class AdjudicationInput(serializers.Serializer[Any]):
    ranks = RankInput(many=True, help_text="1 is the best; equal ranks are a tie.")
    is_gold = serializers.BooleanField(default=False, help_text="Measure labelers against it.")
    reason = ExactText(max_length=MAX_REASON_CHARACTERS)

    def validate_ranks(self, ranks: list[dict[str, int]]) -> list[dict[str, int]]:
        if len({one["completion_id"] for one in ranks}) != len(ranks):
            raise serializers.ValidationError("A completion is ranked twice.")
        return ranks


class ExclusionInput(serializers.Serializer[Any]):
    reason = ExactText(max_length=MAX_REASON_CHARACTERS)


class LabelersQuestionInput(serializers.Serializer[Any]):
    text = ExactText(max_length=MAX_QUESTION_CHARACTERS)
    client_key = StrictUuid(
        help_text="Made once per question: sending the same question again stores it once."
    )


class AskedOutput(serializers.Serializer[Any]):
    num_asked = serializers.IntegerField()


class ContestedListView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="contested_prompts",
        parameters=[ContestedFilter],
        responses=ContestedListOutput,
    )
    def get(self, request: Request) -> Response:
        """Of the same choices as the agreement; those of pairs of models choose nothing here."""
        wanted = ContestedFilter(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        tenth = wanted.validated_data.pop("tenth", None)
        order = wanted.validated_data.pop("order")
        selection = wanted.selection()
        found = contested_prompts(selection, tenth=tenth, order=order)
        prompts = list(found[:NUM_LISTED])
        concordance_of = concordances(prompts)
        body = {
            "concordance_definition": CONCORDANCE_DEFINITION,
            "concordance_interval_method": INTERVAL_METHOD,
            "entropy_definition": ENTROPY_DEFINITION,
            "num_prompts": found.count(),
            "prompts": [
                {**vars(one), "project": one.project, "concordance": concordance_of[one.pk]}
                for one in prompts
            ],
            "excluded": excluded_prompts(project_id=selection.project_id)[:NUM_LISTED],
        }
        return Response(ContestedListOutput(body).data)


class ContestedPromptView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(operation_id="contested_prompt", responses=ContestedPromptOutput)
    def get(self, request: Request, project_id: int, prompt_id: int) -> Response:
        """With every sealed order of it, and which model wrote what."""
        found = access_contested(project_id=project_id, prompt_id=prompt_id)
        body = {**vars(found), "concordance_interval_method": INTERVAL_METHOD}
        return Response(ContestedPromptOutput(body).data)


class AdjudicationView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="adjudicate_prompt",
        request=AdjudicationInput,
        responses={201: AdjudicationOutput},
    )
    def post(self, request: Request, project_id: int, prompt_id: int) -> Response:
        """An order that settles it; an earlier one is superseded."""
        given = AdjudicationInput(data=request.data)
        given.is_valid(raise_exception=True)
        options = given.validated_data
        adjudication = adjudicate(
            author=account_of(request),
            contested=access_contested(project_id=project_id, prompt_id=prompt_id),
            ranks={one["completion_id"]: one["rank"] for one in options.pop("ranks")},
            **options,
        )
        return Response(AdjudicationOutput(adjudication).data, status=status.HTTP_201_CREATED)


class ExclusionView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="exclude_prompt", request=ExclusionInput, responses={201: ExclusionOutput}
    )
    def post(self, request: Request, project_id: int, prompt_id: int) -> Response:
        """Take it out of the project's training and statistics; twice is once."""
        given = ExclusionInput(data=request.data)
        given.is_valid(raise_exception=True)
        exclusion = exclude_prompt(
            author=account_of(request),
            contested=access_contested(project_id=project_id, prompt_id=prompt_id),
            **given.validated_data,
        )
        return Response(ExclusionOutput(exclusion).data, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="lift_exclusion", responses={204: None})
    def delete(self, request: Request, project_id: int, prompt_id: int) -> Response:
        """Let it count again."""
        lift_exclusion(
            actor=account_of(request),
            contested=access_contested(project_id=project_id, prompt_id=prompt_id),
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class LabelersQuestionView(APIView):
    permission_classes = [IsResearcher]

    @extend_schema(
        operation_id="ask_labelers",
        request=LabelersQuestionInput,
        responses={201: AskedOutput, 200: AskedOutput},
    )
    def post(self, request: Request, project_id: int, prompt_id: int) -> Response:
        """Ask each labeler about their own order; 200 when it was asked before."""
        given = LabelersQuestionInput(data=request.data)
        given.is_valid(raise_exception=True)
        asked, is_new = ask_labelers(
            author=account_of(request),
            contested=access_contested(project_id=project_id, prompt_id=prompt_id),
            **given.validated_data,
        )
        return Response(
            AskedOutput({"num_asked": len(asked)}).data,
            status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK,
        )


PLACE: Final = "contested-prompts/<int:project_id>/<int:prompt_id>/"
urlpatterns = [
    path("contested-prompts/", ContestedListView.as_view(), name="contested-prompts"),
    path(PLACE, ContestedPromptView.as_view(), name="contested-prompt"),
    path(f"{PLACE}adjudication/", AdjudicationView.as_view(), name="adjudication"),
    path(f"{PLACE}questions/", LabelersQuestionView.as_view(), name="labelers-question"),
    path(f"{PLACE}exclusion/", ExclusionView.as_view(), name="exclusion"),
]
