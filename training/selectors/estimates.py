"""What a run will take, worked out before it starts and checked against runs that have ended.

The work of a run is tokens that pass through it times bytes of the model they pass through;
finished runs of the stage say how many seconds go with how much work. The unit is rough, but the
same on both sides, so what it leaves out (layers, kernels, padding) mostly cancels. Several
processes share the work; what they say to each other is left out too.
"""

import statistics
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Prefetch, Q, Sum

from training.ml.hyperparameters import HyperparameterError, parse
from training.ml.mixing import POLICY_ROLES
from training.models import ModelVersion, Run, RunAttempt, RunInput, RunState, Snapshot
from training.selectors.evaluation_costs import (
    BYTES_PER_TOKEN,
    choosing_memory,
    choosing_work,
    evaluation_memory,
    evaluation_work,
    num_held_out,
)
from training.selectors.gpu_slots import processes_per_run
from training.selectors.sampling_costs import Writer, sampling_work

# Runs of long ago ran on other code and other machines.
RUNS_LOOKED_AT = 30
# A line through fewer points than this would only look like one.
RUNS_FOR_A_LINE = 3
# How far off a few runs leave it, before their own errors say so.
UNKNOWN_FACTOR = 2.0
SMALLEST_FACTOR = 1.2
# Copies of the weights while training: weights, gradients, two moments; PPO's policy, its average
# and reference, its value network and the reward model.
COPIES_IN_MEMORY = {
    Run.Stage.SFT: 4,
    Run.Stage.REWARD_MODEL: 4,
    Run.Stage.GENERALISATION: 4,
    Run.Stage.PPO: 11,
    Run.Stage.SAMPLING: 1,
    Run.Stage.SCORING: 1,
}
# Where the rest is divided among processes, what each still gathers whole: the network that answers
# or is judged, in PPO beside its reference.
GATHERED_WHOLE = {Run.Stage.PPO: 2}
# What is trained and so stored; PPO has a value network beside its policy.
TRAINED_NETWORKS = {Run.Stage.SFT: 1, Run.Stage.REWARD_MODEL: 1, Run.Stage.PPO: 2}
# Weights, moments and average; the two newest, the one that is being written and the milestones
# (docs/operations.md).
COPIES_IN_A_CHECKPOINT = 4
CHECKPOINTS_KEPT = 6
START_ROLES = ("base_model", "policy")
DATA_ROLES = ("demonstrations", "rankings", "prompts", "completions")
NO_RUNS = "no run of this stage has ended yet"


@dataclass(frozen=True)
class Amount:
    """What a run reads: the records of a snapshot, or of one that a request will freeze.

    ``num_held_out`` of them are demonstrations that SFT does not train on.
    """

    num_records: int
    num_bytes: int
    num_held_out: int = 0


@dataclass(frozen=True)
class Plan:
    """A run as it is asked for, or was: what it reads, and what it does with that."""

    stage: str
    values: Any
    inputs: Mapping[str, ModelVersion | Snapshot]
    evaluations: Collection[str] = ()
    # Of several policies that sample, by role.
    weights: Mapping[str, float] = field(default_factory=dict)

    def writers(self) -> list[Writer]:
        """The policies of a sampling run. Each is as likely as its weight where it has one."""
        chosen = {role: self.inputs[role] for role in POLICY_ROLES if role in self.inputs}
        weights = {role: self.weights.get(role, 1.0) for role in chosen}
        whole = sum(weights.values()) or 1.0
        return [
            Writer(one.artifact.num_bytes, weights[role] / whole)
            for role, one in chosen.items()
            if isinstance(one, ModelVersion)
        ]


@dataclass(frozen=True)
class Spent:
    """One finished run: the work of one of its processes, and what it took.

    ``memory`` of its largest process, None where it was not measured; ``modelled_memory`` is what
    ``whole_memory`` says of it.
    """

    work: float
    seconds: float
    modelled_memory: float
    memory: int | None


@dataclass(frozen=True)
class Seconds:
    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Estimate:
    """``seconds`` None with the reason why; ``off_by`` is the median factor on ``num_runs`` runs,
    each predicted from the others. ``memory_bytes`` is of each of ``num_processes``, with an
    accelerator each; ``disk_bytes`` of the whole run, which reads ``num_records``."""

    seconds: Seconds | None
    reason_undefined: str
    num_runs: int
    off_by: float | None
    memory_bytes: int
    is_memory_measured: bool
    disk_bytes: int
    num_processes: int
    num_records: int


def estimate(plan: Plan, queried: Amount | None = None) -> Estimate | None:
    """None until the model and the data are chosen. Three queries.

    ``queried`` is what a query finds in place of a frozen input.
    """
    size, data = size_of(plan.stage, plan.inputs), queried or data_of(plan.inputs)
    if size is None or data is None:
        return None
    past = finished_runs(plan.stage)
    processes = processes_per_run()
    measured = [one.memory / one.modelled_memory for one in past if one.memory]
    memory = whole_memory(plan, size, processes)
    work = whole_work(plan, data, size) / processes
    expected, factor = predict(work, past)
    return Estimate(
        seconds=None if expected is None else around(expected, factor),
        reason_undefined=NO_RUNS if expected is None else "",
        num_runs=len(past),
        off_by=median_error(past),
        memory_bytes=round(memory * (statistics.median(measured) if measured else 1)),
        is_memory_measured=bool(measured),
        disk_bytes=disk_of(plan.stage, plan.values, size),
        num_processes=processes,
        num_records=data.num_records,
    )


def around(expected: float, factor: float) -> Seconds:
    return Seconds(low=expected / factor, middle=expected, high=expected * factor)


def size_of(stage: str, inputs: Mapping[str, ModelVersion | Snapshot]) -> int | None:
    if stage == Run.Stage.SAMPLING:
        # One policy is in memory at a time.
        policies = [inputs.get(role) for role in POLICY_ROLES]
        sizes = [one.artifact.num_bytes for one in policies if isinstance(one, ModelVersion)]
        return max(sizes, default=None)
    # Elsewhere a reward model stands beside the model that the work is about.
    roles = ("reward_model",) if stage == Run.Stage.SCORING else START_ROLES
    for role in roles:
        if isinstance(chosen := inputs.get(role), ModelVersion):
            return chosen.artifact.num_bytes
    return None


def data_of(inputs: Mapping[str, ModelVersion | Snapshot]) -> Amount | None:
    for role in DATA_ROLES:
        chosen = inputs.get(role)
        # A reward model is centred on demonstrations; it learns from rankings.
        if isinstance(chosen, Snapshot) and not (role == "demonstrations" and "rankings" in inputs):
            held_out = num_held_out(inputs) if role == "demonstrations" else 0
            return Amount(chosen.num_records, chosen.artifact.num_bytes, held_out)
    return None


def whole_work(plan: Plan, data: Amount, model_bytes: int) -> float:
    """With that of what judges its policy, and of every policy that samples."""
    if plan.stage == Run.Stage.SAMPLING:
        return sampling_work(
            plan.values,
            plan.writers(),
            num_prompts=data.num_records,
            prompt_tokens=tokens_per_record(data),
        )
    evaluating = evaluation_work(
        plan.evaluations,
        plan.values,
        plan.inputs,
        prompt_tokens=tokens_per_record(data),
        model_bytes=model_bytes,
    )
    choosing = choosing_work(
        plan.values,
        plan.inputs,
        num_trained=data.num_records - data.num_held_out,
        record_tokens=tokens_per_record(data),
        model_bytes=model_bytes,
    )
    return work_of(plan.stage, plan.values, data, model_bytes) + choosing + evaluating


def whole_memory(plan: Plan, model_bytes: int, processes: int) -> float:
    """With that of what judges its policy."""
    evaluating = evaluation_memory(plan.evaluations, plan.inputs, model_bytes)
    training = memory_of(plan.stage, plan.values, model_bytes, processes, evaluating=evaluating)
    return training + choosing_memory(plan.values, plan.inputs)


def tokens_per_record(data: Amount) -> float:
    return data.num_bytes / BYTES_PER_TOKEN / data.num_records


def work_of(stage: str, values: Any, data: Amount, model_bytes: int) -> float:
    """Tokens times bytes of the model they pass through, of all stages but sampling."""
    per_record = tokens_per_record(data)
    match stage:
        case Run.Stage.PPO:
            # Sampling, reference, reward and value once; policy and value forward and back.
            passes = 4 + 6 * values.inner_epochs
            tokens = values.episodes * (per_record + values.max_response_tokens) * passes
        case Run.Stage.SCORING:
            # Each prompt once for all of its completions.
            tokens = data.num_records * per_record
        case _:
            tokens = num_examples(stage, values, data) * per_record
    return float(tokens * model_bytes)


def num_examples(stage: str, values: Any, data: Amount) -> float:
    examples = float(values.epochs * (data.num_records - data.num_held_out))
    if values.max_steps:
        examples = min(examples, values.max_steps * values.batch_size)
    if stage == Run.Stage.GENERALISATION:
        # Each fold leaves its own group out.
        return examples * int(values.seeds_per_group) * int(values.num_groups - 1)
    return examples * (int(values.num_seeds) if stage == Run.Stage.REWARD_MODEL else 1)


def memory_of(
    stage: str, values: Any, model_bytes: int, processes: int, *, evaluating: int = 0
) -> float:
    """What one of the processes holds: a copy of everything, or its slice and what it gathers.

    Evaluations come when nothing is gathered any more, and nothing that was trained is let go yet.

    Units: bytes, of weights, gradients and moments alone.
    """
    copies = COPIES_IN_MEMORY[Run.Stage(stage)]
    # Stages that only read have no sharding: every process holds a copy.
    if processes == 1 or getattr(values, "sharding", "none") == "none":
        return float(copies * model_bytes + evaluating)
    gathered = GATHERED_WHOLE.get(Run.Stage(stage), 1) * model_bytes
    return copies / processes * model_bytes + max(gathered, evaluating)


def disk_of(stage: str, values: Any, model_bytes: int) -> int:
    """At most: the output and every checkpoint that is kept beside it."""
    trained = TRAINED_NETWORKS.get(Run.Stage(stage), 0)
    # Adapters are small beside the weights that they leave alone.
    copies = 1 if getattr(values, "lora_rank", 0) else COPIES_IN_A_CHECKPOINT
    models = stored_models(stage, vars(values)) + trained * copies * CHECKPOINTS_KEPT
    return models * model_bytes


def stored_models(stage: str, hyperparameters: Mapping[str, Any]) -> int:
    """How many model folders lie in a run's output at most, and on their way there.

    SFT keeps every epoch, or the best beside the newest; so does a reward model with its seeds.
    PPO leaves its average, the policy as it ended and its value network. What a run of long ago did
    not know of was as it is by default.
    """
    match stage:
        case Run.Stage.SFT:
            keeps_all = hyperparameters.get("keep_epochs", "all") == "all"
            return int(hyperparameters["epochs"]) if keeps_all else 2
        case Run.Stage.REWARD_MODEL:
            return 2 if hyperparameters.get("num_seeds", 1) > 1 else 1
        case Run.Stage.PPO:
            return 3
    return 0


def finished_runs(stage: str) -> list[Spent]:
    """The newest that succeeded from their beginning. Two queries.

    A retry that went on from its parent's checkpoints took only the seconds of its last part.
    """
    went_on = RunAttempt.objects.filter(
        Q(resumed_from_step__gt=0) | Q(first_new_step__gt=0), run=OuterRef("pk"), number=1
    )
    found = (
        Run.objects.filter(~Exists(went_on), stage=stage, state=RunState.SUCCEEDED)
        .order_by("-created_at")
        # A report holds a score for every held-out completion.
        .defer("report")
        .annotate(
            took=Sum(F("attempts__ended_at") - F("attempts__started_at")),
            memory=Max("attempts__peak_memory_bytes"),
            processes=Max("attempts__num_processes"),
        )
        .prefetch_related(
            Prefetch(
                "inputs",
                RunInput.objects.select_related("model_version__artifact", "snapshot__artifact"),
            )
        )
    )
    spent = [spent_by(run) for run in found[:RUNS_LOOKED_AT]]
    return [one for one in spent if one is not None]


def spent_by(run: Any) -> Spent | None:
    inputs = {one.role: one.model_version or one.snapshot for one in run.inputs.all()}
    size, data = size_of(run.stage, inputs), data_of(inputs)
    if size is None or data is None or not run.took or run.took.total_seconds() <= 0:
        return None
    try:
        values = parse(run.stage, run.spec["hyperparameters"])
    except HyperparameterError:
        # An older version of the code knew other ones.
        return None
    spec = run.spec
    plan = Plan(run.stage, values, inputs, spec.get("evaluations", ()), spec.get("weights", {}))
    modelled = whole_memory(plan, size, run.processes)
    if modelled <= 0:
        return None
    work = whole_work(plan, data, size) / run.processes
    return Spent(work, run.took.total_seconds(), modelled, run.memory)


def predict(work: float, past: Sequence[Spent]) -> tuple[float | None, float]:
    """Seconds for so much work, None without a finished run, and by what factor that may be off."""
    known = [one for one in past if one.work > 0]
    if not known or work <= 0:
        return None, UNKNOWN_FACTOR
    start, pace = line_through(known)
    error = median_error(known)
    factor = UNKNOWN_FACTOR if error is None else max(error, SMALLEST_FACTOR)
    return start + pace * work, factor


def line_through(past: Sequence[Spent]) -> tuple[float, float]:
    """Seconds that every run takes, and seconds per unit of work; neither below zero.

    Least squares of relative errors, so that a run of an hour does not outweigh one of a minute.
    """
    paces = [one.seconds / one.work for one in past]
    if len(past) < RUNS_FOR_A_LINE:
        return 0.0, statistics.median(paces)
    # seconds = start + pace * work, divided by seconds: 1 = start * x + pace * y.
    xs = [1 / one.seconds for one in past]
    ys = [one.work / one.seconds for one in past]
    xx, yy = sum(x * x for x in xs), sum(y * y for y in ys)
    xy = sum(x * y for x, y in zip(xs, ys, strict=True))
    determinant = xx * yy - xy * xy
    if determinant <= 1e-9 * xx * yy:
        return 0.0, statistics.median(paces)
    start = (sum(xs) * yy - sum(ys) * xy) / determinant
    pace = (sum(ys) * xx - sum(xs) * xy) / determinant
    if start < 0:
        return 0.0, statistics.median(paces)
    return (start, pace) if pace >= 0 else (statistics.median(one.seconds for one in past), 0.0)


def median_error(past: Sequence[Spent]) -> float | None:
    """By what factor half of the runs were missed, each predicted from all others; None for one."""
    known = [one for one in past if one.work > 0]
    if len(known) < RUNS_FOR_A_LINE:
        return None
    ratios = []
    for place, one in enumerate(known):
        start, pace = line_through([*known[:place], *known[place + 1 :]])
        expected = start + pace * one.work
        ratios.append(max(expected / one.seconds, one.seconds / expected) if expected else 2.0)
    return statistics.median(ratios)
