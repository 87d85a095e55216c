"""Questions to the researchers; the answers are for every labeler of the project (R17)."""

from django.db import models
from django.db.models.functions import Now

from labeling.models.people import User
from labeling.models.projects import Project
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
