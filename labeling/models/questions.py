"""Questions between labelers and researchers.

What a labeler asks is answered for every labeler of the project (R17); what a researcher asks about
a ranking is between the two.
"""

from django.db import models
from django.db.models.functions import Now

from labeling.models.people import User
from labeling.models.projects import Project
from labeling.models.rankings import Ranking
from labeling.models.tasks import Task


class Question(models.Model):
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="questions")
    # The task it was asked from; null for a question about the project.
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, related_name="questions")
    asker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    client_key = models.UUIDField(unique=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(name="question_has_text", condition=~models.Q(text="")),
        ]
        indexes = [models.Index(fields=["project", "-created_at"])]


class Answer(models.Model):
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(name="answer_has_text", condition=~models.Q(text="")),
        ]
        ordering = ["question", "id"]


class RankingQuestion(models.Model):
    """A researcher's question to the labeler who made a ranking, and the one answer to it.

    Those of one asking share their ``client_key``. Append-only but for the answer.
    """

    ranking = models.ForeignKey(Ranking, on_delete=models.PROTECT, related_name="questions")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    client_key = models.UUIDField()
    created_at = models.DateTimeField(db_default=Now())
    answer = models.TextField(default="", blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ranking", "client_key"], name="asked_once_each"),
            models.CheckConstraint(name="ranking_question_has_text", condition=~models.Q(text="")),
            models.CheckConstraint(
                name="answer_has_its_time",
                condition=models.Q(answer="", answered_at__isnull=True)
                | (~models.Q(answer="") & models.Q(answered_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["client_key"])]
