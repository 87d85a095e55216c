"""Tasks, their completions, and the slots that give exact overlap under concurrency."""

import uuid

from django.db import models
from django.db.models.functions import Now

from labeling.models.completions import Completion
from labeling.models.instructions import InstructionVersion
from labeling.models.people import User
from labeling.models.projects import K_MAXIMUM, NATIVE_K_MINIMUM, Project
from labeling.models.prompts import Prompt


class Task(models.Model):
    """A prompt to be judged, with its K completions; or a prompt to be answered (k = 0)."""

    class Origin(models.TextChoices):
        NATIVE = "native"
        IMPORTED = "imported"

    class State(models.TextChoices):
        OPEN = "open"
        RETIRED = "retired"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="tasks")
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="tasks")
    k = models.PositiveSmallIntegerField()
    origin = models.CharField(max_length=16, choices=Origin, default=Origin.NATIVE)
    # A task that too many labelers found unclear is retired (R22).
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    # A stored random number: the order of serving without ORDER BY random().
    shuffle_key = models.FloatField()
    # One of the tasks that go to several labelers (project.calibration_share, R33).
    is_calibration = models.BooleanField(default=False)
    # The same prompt and completions again for one labeler who has judged them before: it measures
    # self-consistency and is never read as another judgment.
    repeat_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="repeats"
    )
    # Identity in an imported data set; null for native tasks.
    source_key = models.CharField(max_length=160, null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="task_k_is_in_range",
                condition=models.Q(k=0)
                | models.Q(origin="native", k__range=(NATIVE_K_MINIMUM, K_MAXIMUM))
                | models.Q(origin="imported", k__range=(2, K_MAXIMUM)),
            ),
            models.UniqueConstraint(fields=["id", "prompt"], name="task_with_its_prompt"),
            models.UniqueConstraint(fields=["id", "project"], name="task_with_its_project"),
            models.UniqueConstraint(fields=["project", "source_key"], name="task_imported_once"),
        ]
        indexes = [models.Index(fields=["project", "state", "shuffle_key"])]


class TaskCompletion(models.Model):
    """One of the completions a task shows.

    The prompt is repeated so that two composite foreign keys, (task, prompt) and
    (completion, prompt), make another prompt's completion impossible. Both are in migration 0002.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="task_completions")
    completion = models.ForeignKey(Completion, on_delete=models.PROTECT, related_name="+")
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "completion"], name="completion_once_per_task"),
        ]


class Assignment(models.Model):
    """One slot of a task. Claimed with FOR UPDATE SKIP LOCKED, leased, renewed by autosave."""

    class State(models.TextChoices):
        OPEN = "open"
        LEASED = "leased"
        SUBMITTED = "submitted"
        # The lease ran out; the slot was given back as a new open row, the draft stays here.
        EXPIRED = "expired"
        SKIPPED = "skipped"
        RETIRED = "retired"
        # Submitted after the lease ran out and no slot was free: kept, outside exact overlap.
        SURPLUS = "surplus"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="assignments")
    # Both repeat the task's own, so that serving reads one index. A composite key holds the first.
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    serve_key = models.FloatField()
    # Which of the task's `overlap` slots this is; an expired or skipped holder keeps its row,
    # and the slot goes on under the same number in a fresh open row.
    slot = models.PositiveSmallIntegerField()
    labeler = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="assignments"
    )
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    instructions = models.ForeignKey(
        InstructionVersion, on_delete=models.PROTECT, null=True, related_name="+"
    )
    opened_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    # How often its lease has run out, whatever became of it afterwards.
    num_lapses = models.PositiveIntegerField(default=0, db_default=0)
    submitted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            # NULLs are distinct: any number of unclaimed slots, one row per labeler and task.
            models.UniqueConstraint(fields=["task", "labeler"], name="one_slot_per_labeler"),
            models.UniqueConstraint(
                fields=["task", "slot"],
                condition=models.Q(state__in=["open", "leased", "submitted"]),
                name="slot_held_once",
            ),
            models.CheckConstraint(
                name="held_slots_name_their_labeler",
                condition=models.Q(state__in=["open", "retired"], labeler__isnull=True)
                | models.Q(state="retired")
                | models.Q(
                    labeler__isnull=False,
                    state__in=["leased", "submitted", "expired", "skipped", "surplus"],
                ),
            ),
            models.CheckConstraint(
                name="leased_slots_have_a_lease",
                condition=~models.Q(state="leased") | models.Q(leased_until__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["labeler", "state"]),
            # A labeler's history, and where in the order of serving they are.
            models.Index(fields=["labeler", "-opened_at", "-id"], name="labeler_history"),
            models.Index(
                fields=["project", "serve_key", "task", "slot"],
                condition=models.Q(state="open"),
                name="open_slots_in_order",
            ),
            models.Index(fields=["task"], condition=models.Q(state="open"), name="open_slots"),
            models.Index(
                fields=["leased_until"], condition=models.Q(state="leased"), name="running_leases"
            ),
            models.Index(
                fields=["num_lapses"], condition=models.Q(num_lapses__gt=0), name="lapsed_leases"
            ),
        ]


class Draft(models.Model):
    """The unsent state of one assignment; the version refuses a tab that is behind."""

    assignment = models.OneToOneField(Assignment, on_delete=models.CASCADE, related_name="draft")
    version = models.PositiveIntegerField(default=0)
    body = models.JSONField()
    saved_at = models.DateTimeField()


class Skip(models.Model):
    """A labeler passed a task on, and why (R22). Undoing it sets ``undone_at``."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="skips")
    reason = models.CharField(max_length=24)
    comment = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)
