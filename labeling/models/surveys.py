"""The two voluntary surveys (R18): what was answered, and apart from it who has taken part."""

import uuid

from django.db import models

from labeling.models.people import User


class Survey(models.TextChoices):
    DEMOGRAPHIC = "demographic"
    SATISFACTION = "satisfaction"


class SurveyResponse(models.Model):
    """One anonymous response: no labeler, no time, and a random key that tells no order."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.CharField(max_length=16, choices=Survey)
    # Question key -> answer, or a list of answers; a question left out was not answered.
    answers = models.JSONField()


class SurveyParticipation(models.Model):
    """That a labeler has taken part, so that nobody is counted twice. It points to no response."""

    survey = models.CharField(max_length=16, choices=Survey)
    labeler = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "labeler"], name="one_response_per_labeler"),
        ]
