"""Runs: training jobs. The run row is the truth; Celery only rings the bell.

Only training/services/run_transitions.py writes ``Run.state``. Triggers refuse a row that does not
begin as a draft (migration 0023) and every transition that the state machine does not have (0002
and 0003).
"""

import uuid

from django.db import models
from django.db.models.functions import Now

from labeling.models import User
from training.models.model_versions import ModelVersion
from training.models.snapshots import Snapshot
from training.models.sweeps import Sweep


class RunState(models.TextChoices):
    DRAFT = "draft"
    QUEUED = "queued"
    CLAIMED = "claimed"
    RUNNING = "running"
    STOPPING = "stopping"
    RETRY_WAIT = "retry_wait"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


LIVE_STATES = (RunState.CLAIMED, RunState.RUNNING, RunState.STOPPING)
TERMINAL_STATES = (RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED)


class GpuSlot(models.Model):
    """One accelerator (or the CPU standing in for one) on one node; it reports in by itself."""

    host = models.CharField(max_length=120)
    index = models.PositiveSmallIntegerField()
    last_seen = models.DateTimeField()
    # Of a run that it takes, with an accelerator each.
    num_processes = models.PositiveSmallIntegerField(default=1, db_default=1)
    # Of its accelerators, as nvidia-smi says; null where there is none.
    memory_used_bytes = models.BigIntegerField(null=True)
    memory_total_bytes = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["host", "index"], name="one_row_per_gpu_slot"),
        ]

    def __str__(self) -> str:
        return f"{self.host}/{self.index}"


class Run(models.Model):
    class Stage(models.TextChoices):
        SFT = "sft"
        REWARD_MODEL = "reward_model"
        GENERALISATION = "generalisation"
        PPO = "ppo"
        SAMPLING = "sampling"
        SCORING = "scoring"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=160)
    stage = models.CharField(max_length=16, choices=Stage)
    # Immutable from the moment it is queued: all hyperparameters, inputs by id, seed.
    spec = models.JSONField()
    spec_sha256 = models.CharField(max_length=64)
    seed = models.BigIntegerField()
    code_revision = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=RunState, default=RunState.DRAFT)
    # Rises with every claim; a write that carries an older fence is refused.
    fence = models.BigIntegerField(default=0)
    attempt = models.PositiveIntegerField(default=0)
    # Only what counts against the budget: pausing and preemption do not.
    failures = models.PositiveIntegerField(default=0)
    max_failures = models.PositiveIntegerField(default=3)
    slot = models.ForeignKey(GpuSlot, on_delete=models.PROTECT, null=True, related_name="runs")
    lease_until = models.DateTimeField(null=True)
    # When its runner renewed that lease last, of whatever length that runner's is.
    heartbeat_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(null=True)
    run_after = models.DateTimeField(db_default=Now())
    # Of two runs that could start the higher goes first; no part of the spec.
    priority = models.SmallIntegerField(db_default=0)
    cancel_requested_at = models.DateTimeField(null=True)
    cancel_requested_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # Only ever beside a wish to cancel: it hurries that one.
    kill_requested_at = models.DateTimeField(null=True)
    pause_requested_at = models.DateTimeField(null=True)
    step = models.PositiveIntegerField(default=0)
    total_steps = models.PositiveIntegerField(null=True)
    # The newest checkpoint: when it was whole, and how long writing it took.
    checkpointed_at = models.DateTimeField(null=True)
    checkpoint_seconds = models.FloatField(null=True)
    # Why it failed, one word: training/runner/endings.py has them all.
    reason = models.CharField(max_length=32, blank=True)
    reason_detail = models.TextField(blank=True)
    report = models.JSONField(default=dict)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="retries")
    sweep = models.ForeignKey(Sweep, on_delete=models.PROTECT, null=True, related_name="runs")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="live_runs_hold_a_lease_and_a_slot",
                condition=models.Q(
                    state__in=LIVE_STATES, lease_until__isnull=False, slot__isnull=False
                )
                | (
                    ~models.Q(state__in=LIVE_STATES)
                    & models.Q(lease_until__isnull=True, slot__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="failures_within_budget",
                condition=models.Q(failures__lte=models.F("max_failures")),
            ),
            models.UniqueConstraint(
                fields=["slot"],
                condition=models.Q(state__in=LIVE_STATES),
                name="one_live_run_per_gpu_slot",
            ),
        ]
        indexes = [models.Index(fields=["state", "run_after"])]
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name


class RunInput(models.Model):
    """What a run reads: a model version or a snapshot, in a role such as base_model or rankings."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="inputs")
    role = models.CharField(max_length=24)
    model_version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, null=True, related_name="consumers"
    )
    snapshot = models.ForeignKey(
        Snapshot, on_delete=models.PROTECT, null=True, related_name="consumers"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "role"], name="one_input_per_role"),
            models.CheckConstraint(
                name="input_is_a_model_or_a_snapshot",
                condition=models.Q(model_version__isnull=True, snapshot__isnull=False)
                | models.Q(model_version__isnull=False, snapshot__isnull=True),
            ),
        ]


class RunAttempt(models.Model):
    """One try at a run, from claim to end."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveIntegerField()
    fence = models.BigIntegerField()
    host = models.CharField(max_length=120)
    pid = models.PositiveIntegerField(null=True)
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    # Tells a runner that went away from a machine that was started anew.
    boot_id = models.CharField(max_length=36, blank=True, db_default="")
    # What its runner ran; the run's own is what it was asked of. Empty until it is at work.
    code_revision = models.CharField(max_length=64, blank=True, db_default="")
    exit_code = models.IntegerField(null=True)
    outcome = models.CharField(max_length=32, blank=True)
    # Why, in words; the run keeps only that of the attempt which ended it.
    detail = models.TextField(blank=True, db_default="")
    # Of its trainer.
    num_processes = models.PositiveSmallIntegerField(default=1, db_default=1)
    # Of the largest process of its trainer, in main memory; null where it could not be known.
    peak_memory_bytes = models.BigIntegerField(null=True)
    resumed_from_step = models.PositiveIntegerField(default=0)
    last_step = models.PositiveIntegerField(default=0)
    # When it made a step last, also one that was reported before; null before the first.
    stepped_at = models.DateTimeField(null=True)
    # What was reported before it began, here or by the run that it goes on from, ends before this.
    first_new_step = models.PositiveIntegerField(default=0, db_default=0)
    # Whether it learned from a refused write that the run was no longer its own.
    was_fenced = models.BooleanField(default=False, db_default=False)
    # Processes of earlier attempts that it found alive on its machine, and ended.
    num_orphans_killed = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="attempt_number_once"),
        ]
        ordering = ["run", "number"]


class RunEvent(models.Model):
    """Append-only log of every transition. A trigger refuses changes."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="events")
    from_state = models.CharField(max_length=16)
    to_state = models.CharField(max_length=16)
    actor = models.CharField(max_length=160)
    fence = models.BigIntegerField()
    detail = models.TextField(blank=True)
    happened_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]


class StepMetrics(models.Model):
    """The figures of one optimiser step (R47)."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="metrics")
    step = models.PositiveIntegerField()
    phase = models.CharField(max_length=16)
    values = models.JSONField()
    elapsed_seconds = models.FloatField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "step", "phase"], name="one_row_per_step"),
        ]
        ordering = ["run", "step"]


class RunLog(models.Model):
    """A piece of a run's console output, in order."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="log")
    attempt = models.PositiveIntegerField()
    text = models.TextField()
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
