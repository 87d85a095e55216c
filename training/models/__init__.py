"""The tables of the training room."""

from training.models.artifacts import Artifact
from training.models.checkpoint_samples import CheckpointSample, SamplePrompt
from training.models.exports import Export
from training.models.freezings import Freezing
from training.models.labels_behind import LabelsBehind
from training.models.model_versions import ModelVersion
from training.models.promotions import Promotion
from training.models.rewards import CompletionReward
from training.models.rounds import Round, RoundLink, RoundPolicy, RoundStep
from training.models.runs import (
    LIVE_STATES,
    TERMINAL_STATES,
    GpuSlot,
    Run,
    RunAttempt,
    RunEvent,
    RunInput,
    RunLog,
    RunState,
    StepMetrics,
)
from training.models.snapshots import (
    HeldOutPrompt,
    Snapshot,
    SnapshotDemonstration,
    SnapshotPrompt,
    SnapshotRanking,
)
from training.models.standing import Refresh, StandingRewardModel
from training.models.sweeps import Sweep

__all__ = [
    "LIVE_STATES",
    "TERMINAL_STATES",
    "Artifact",
    "CheckpointSample",
    "CompletionReward",
    "Export",
    "Freezing",
    "GpuSlot",
    "HeldOutPrompt",
    "LabelsBehind",
    "ModelVersion",
    "Promotion",
    "Refresh",
    "Round",
    "RoundLink",
    "RoundPolicy",
    "RoundStep",
    "Run",
    "RunAttempt",
    "RunEvent",
    "RunInput",
    "RunLog",
    "RunState",
    "SamplePrompt",
    "Snapshot",
    "SnapshotDemonstration",
    "SnapshotPrompt",
    "SnapshotRanking",
    "StandingRewardModel",
    "StepMetrics",
    "Sweep",
]
