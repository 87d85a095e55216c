"""Agreement worked out ahead, one prompt at a time, so that a page adds up instead of reading all.

Everything here is derived from sealed rankings by ``services.agreement_store`` and can be thrown
away; nobody else writes it.
"""

import uuid

from django.db import models

from labeling.models.instructions import InstructionVersion
from labeling.models.people import User
from labeling.models.projects import Project
from labeling.models.prompts import Prompt


class JudgedPrompts(models.Model):
    """The rankings of up to some thousand prompts as columns of numbers, without their texts.

    A choice within a prompt (two models, a higher overlap) is worked out from these. Never changed:
    a prompt whose rankings change moves to newer ones, and those that no prompt is left in go.
    """

    # As ``selectors.judged_columns`` packs them.
    columns = models.BinaryField()


class PromptAgreement(models.Model):
    """The additive counts of one prompt in one project, over one set of its rankings.

    ``audiences`` says, a bit each, for which choices of people (``agreement.audiences``) these are
    the rankings that count; most prompts have one row, for their labelers are all of one pool. The
    counts are those of ``agreement.sums``, which says what each is.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="+")
    # Where its rankings stand; others of this prompt that are still elsewhere are out of date.
    judged = models.ForeignKey(JudgedPrompts, on_delete=models.CASCADE, related_name="agreements")
    audiences = models.PositiveSmallIntegerField()
    # Of all rankings of the prompt: another value means that the row is out of date.
    fingerprint = models.BigIntegerField()
    k = models.PositiveSmallIntegerField()
    num_labelers = models.PositiveIntegerField()
    # Null where the rankings were made under several versions, or none.
    instructions = models.ForeignKey(
        InstructionVersion, on_delete=models.CASCADE, null=True, related_name="+"
    )
    last_submitted_at = models.DateTimeField()
    fewest_labelers = models.PositiveIntegerField()
    most_labelers = models.PositiveIntegerField()
    comparisons = models.FloatField()
    same = models.FloatField()
    half_points = models.FloatField()
    strict_comparisons = models.FloatField()
    strict_same = models.FloatField()
    pairs = models.FloatField()
    share_of_pair = models.FloatField()
    judgments = models.FloatField()
    mode_points = models.FloatField()
    coincidences = models.FloatField()
    second_and_tied = models.FloatField()
    tied_and_first = models.FloatField()
    second_and_first = models.FloatField()
    bound_comparisons = models.FloatField()
    bound_same = models.FloatField()
    second = models.FloatField()
    tied = models.FloatField()
    first = models.FloatField()
    length_contests = models.FloatField()
    longer_preferred = models.FloatField()
    entropy = models.FloatField()
    threes = models.FloatField()
    circles = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "prompt", "audiences"], name="one_row_per_audience"
            ),
        ]


class LabelerMeeting(models.Model):
    """Two labelers on the pairs of one prompt that both judged; ``a`` has the lower id.

    The counts are how often ``a`` gave the first and ``b`` the second answer; where the order of a
    pair is arbitrary, each counts half in each direction.
    """

    agreement = models.ForeignKey(
        PromptAgreement, on_delete=models.CASCADE, related_name="meetings"
    )
    a = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    b = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    second_second = models.FloatField()
    second_tied = models.FloatField()
    second_first = models.FloatField()
    tied_second = models.FloatField()
    tied_tied = models.FloatField()
    tied_first = models.FloatField()
    first_second = models.FloatField()
    first_tied = models.FloatField()
    first_first = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "a", "b"], name="one_meeting_of_two"),
        ]


class LabelerDay(models.Model):
    """What one labeler ranked on one day (UTC) in one project, of one K, under one instruction
    version: how many rankings there are, of whom and of what, without reading them.
    """

    day = models.DateField(db_index=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    labeler = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    # Of the tasks; an imported ranking may order fewer.
    k = models.PositiveSmallIntegerField()
    # Null where none is known.
    instructions = models.ForeignKey(
        InstructionVersion, on_delete=models.CASCADE, null=True, related_name="+"
    )
    # Of its rankings; those of a day together, by exclusive or, say whether the day is up to date.
    fingerprint = models.BigIntegerField()
    # The prompt of each ranking, eight bytes each, the highest first.
    prompts = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "project", "labeler", "k", "instructions"],
                nulls_distinct=False,
                name="one_row_per_labeler_and_day",
            ),
        ]


class AgreementStore(models.Model):
    """The one row that says how far the figures are; ``token`` changes whenever they do."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    token = models.UUIDField(default=uuid.uuid4)
    refreshed_at = models.DateTimeField(null=True)
    # A researcher wants them now; null once a refresh has begun since.
    requested_at = models.DateTimeField(null=True)
    # Of the refresh that is going on, or that broke off; null when the last one ended.
    started_at = models.DateTimeField(null=True)
    num_changed = models.PositiveIntegerField(default=0)
    num_done = models.PositiveIntegerField(default=0)
    # The last one, where it failed: when and of what; null once one succeeds.
    failed_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="one_agreement_store", condition=models.Q(id=1)),
        ]
