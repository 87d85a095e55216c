"""A policy's run in every state that it can be in, with figures, answers and output.

The rows are put in as a runner would leave them; nothing runs, so a state holds still for its
picture. Figures are drawn with a seed.
"""

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from labeling.models import User
from tests.cast import make_source
from tests.training.chains import make_ended_run
from tests.training.run_states import make_run_in
from training.ml.hyperparameters import parse
from training.models import (
    LIVE_STATES,
    TERMINAL_STATES,
    Artifact,
    CheckpointSample,
    GpuSlot,
    ModelVersion,
    Run,
    RunAttempt,
    RunEvent,
    RunInput,
    RunLog,
    SamplePrompt,
    Snapshot,
    StepMetrics,
)
from training.services.canonical import canonical_json, sha256_of_text

HOST = "gpu-node-03"
ITERATIONS, STEP_SECONDS = 120, 41.0
CHANGED = {"episodes": 61_440, "checkpoint_every_steps": 20, "kl_coef": 0.05}
RUNNER = f"runner {HOST}/0"
PROMPTS = (
    "Explain to a child, in their own words, why the tides come and go.",
    "Write a two-line note to a neighbor who fed the cat while we were away.",
    "What should I look at before I buy a used bicycle?",
)
# What the policy says before training, in the middle and at the end.
ANSWERS = (
    (
        "Tides are caused by the gravitational interaction between the Earth and the Moon.",
        "The moon pulls on the sea, so the water comes up the beach, and later it goes back down.",
        "Do you know how a magnet pulls a nail? So does the moon pull on the sea, and up it comes.",
    ),
    (
        "Dear neighbor, thank you for feeding the cat.",
        "Thank you for feeding Miso while we were away.\nShe came back fat and happy.",
        "Thank you for feeding Miso while we were away.\nShe came back fat and happy, so did we.",
    ),
    (
        "You should look at the bicycle.",
        "Look at the frame for cracks, then at the chain, the brakes and the tyres.",
        "Look at the frame for cracks, then at the chain, the brakes and the tyres.",
    ),
)
SAMPLED = (0, 60, 120)


@dataclass(frozen=True)
class Scene:
    """One state: what the run's row says, how far it came, and what happened to it last."""

    name: str
    state: str
    step: int = 0
    fields: Mapping[str, Any] = field(default_factory=dict)
    # (from, to, actor, detail) behind those that every run has.
    events: tuple[tuple[str, str, str, str], ...] = ()
    outcome: str = ""
    detail: str = ""
    # Puts the clock's part of the scene right just before the picture.
    before: Callable[[], None] = field(default=lambda: None)


def no_worker() -> None:
    GpuSlot.objects.update(last_seen=timezone.now() - timedelta(minutes=4))


def stopping(ada: str) -> list[Scene]:
    """A run that was asked to pause, to end at its next step, or to be killed."""
    now = timezone.now()
    asked = (
        ("pausing", "pause", {"pause_requested_at": now}),
        ("cancelling", "cancel", {"cancel_requested_at": now}),
        ("killing", "kill", {"cancel_requested_at": now, "kill_requested_at": now}),
    )
    return [
        Scene(
            name,
            "stopping",
            71,
            fields,
            (
                ("running", "running", ada, f"{what} requested"),
                ("running", "stopping", RUNNER, what),
            ),
        )
        for name, what, fields in asked
    ]


def scenes(ada: str) -> list[Scene]:
    """``ada`` is how events name the admin."""
    lost = "The runner's heartbeats stopped."
    nan = "update 233: losses {'policy': nan}, gradient nan"
    return [
        Scene("queued", "queued"),
        Scene("no-worker", "queued", before=no_worker),
        Scene("starting", "claimed"),
        Scene("running", "running", 71),
        Scene("stalled", "running", 70),
        *stopping(ada),
        Scene("paused", "paused", 72, {}, (("stopping", "paused", RUNNER, "stopped"),), "stopped"),
        Scene(
            "lost",
            "retry_wait",
            66,
            {"failures": 1, "reason": "lost", "reason_detail": lost},
            (("running", "retry_wait", "reaper", f"lost: {lost}"),),
            "lost",
            lost,
        ),
        Scene(
            "failed",
            "failed",
            58,
            {"failures": 1, "reason": "nan", "reason_detail": nan},
            (("running", "failed", RUNNER, f"nan: {nan}"),),
            "nan",
            nan,
        ),
        Scene(
            "cancelled",
            "cancelled",
            31,
            {},
            (("stopping", "cancelled", RUNNER, "stopped"),),
            "stopped",
        ),
        Scene(
            "succeeded",
            "succeeded",
            ITERATIONS,
            {},
            (("running", "succeeded", RUNNER, "succeeded"),),
            "succeeded",
        ),
    ]


def seed_runs(people: dict[str, User]) -> dict[str, Run]:
    """The run of every scene by its name, and what they stand on."""
    admin = people["ada"]
    inputs = _inputs(admin)
    runs: dict[str, Run] = {}
    for scene in scenes(f"person:{admin.pk}"):
        slot = None
        if scene.state in LIVE_STATES:
            # None is left for those that wait.
            number = GpuSlot.objects.count()
            slot = GpuSlot.objects.create(host=HOST, index=number, last_seen=timezone.now())
        runs[scene.name] = _make(scene, admin, inputs, slot)
    _publish(runs["succeeded"], admin)
    return runs


def settle(runs: Mapping[str, Run], scene: Scene) -> None:
    """Time went on since the rows were made: put slots and steps where the scene has them."""
    now = timezone.now()
    GpuSlot.objects.update(last_seen=now)
    Run.objects.filter(state="retry_wait").update(run_after=now + timedelta(seconds=24))
    run = runs[scene.name]
    # A heartbeat of a moment ago; a checkpoint where there are steps.
    heard = now - timedelta(seconds=4)
    Run.objects.filter(pk=run.pk, lease_until__isnull=False).update(heartbeat_at=heard)
    if run.step and run.state in LIVE_STATES:
        Run.objects.filter(pk=run.pk).update(checkpointed_at=now - timedelta(minutes=3))
    silence = timedelta(minutes=19) if scene.name == "stalled" else timedelta(seconds=9)
    for row in StepMetrics.objects.filter(run=run):
        age = timedelta(seconds=STEP_SECONDS * (run.step - row.step))
        StepMetrics.objects.filter(pk=row.pk).update(recorded_at=now - silence - age)
    RunAttempt.objects.filter(run=run, ended_at__isnull=True).update(
        started_at=now - silence - timedelta(seconds=STEP_SECONDS * run.step + 30)
    )
    scene.before()


def _inputs(admin: User) -> dict[str, ModelVersion | Snapshot]:
    artifact = Artifact.objects.create(sha256="5e" * 32, kind="model", num_bytes=538_090_408)
    base = ModelVersion.objects.create(
        name="SmolLM2-135M-Instruct",
        kind="base",
        artifact=artifact,
        licence="Apache-2.0",
        source="HuggingFaceTB/SmolLM2-135M-Instruct",
        completion_source=make_source("SmolLM2-135M-Instruct"),
        created_by=admin,
    )
    answers = Snapshot.objects.get(name="Spring answers")
    rankings = Snapshot.objects.get(name="Spring rankings")
    sft = make_ended_run(
        by=admin,
        stage="sft",
        artifact=artifact,
        inputs={"base_model": base, "demonstrations": answers},
    )
    rm = make_ended_run(
        by=admin,
        stage="reward_model",
        artifact=artifact,
        inputs={"base_model": sft, "rankings": rankings},
    )
    for version, name in ((sft, "Supervised, spring"), (rm, "Reward model, spring")):
        ModelVersion.objects.filter(pk=version.pk).update(name=name)
        version.refresh_from_db()
    prompts = Snapshot.objects.create(
        name="Prompts of the spring round",
        kind=Snapshot.Kind.PPO,
        query={},
        counts={"train": 512, "validation": 64},
        records_sha256="7a" * 32,
        num_records=576,
        artifact=Artifact.objects.create(sha256="7b" * 32, kind="snapshot", num_bytes=210_000),
        created_by=admin,
    )
    return {"policy": sft, "reward_model": rm, "prompts": prompts}


def _make(
    scene: Scene,
    admin: User,
    inputs: Mapping[str, ModelVersion | Snapshot],
    slot: GpuSlot | None,
) -> Run:
    requested = timezone.now() - timedelta(seconds=STEP_SECONDS * scene.step + 300)
    began = requested + timedelta(seconds=40)
    values = asdict(parse("ppo", CHANGED))
    spec = {"stage": "ppo", "inputs": {}, "hyperparameters": values, "seed": 11}
    is_over = scene.state in TERMINAL_STATES
    run = make_run_in(
        scene.state,
        name="Policy of the spring round",
        stage="ppo",
        spec=spec,
        spec_sha256=sha256_of_text(canonical_json(spec)),
        seed=11,
        code_revision="f092993b1c8e",
        step=scene.step,
        total_steps=ITERATIONS if scene.step else None,
        attempt=0 if scene.state == "queued" else 1,
        fence=0 if scene.state == "queued" else 1,
        slot=slot,
        lease_until=timezone.now() + timedelta(hours=1) if slot else None,
        created_by=admin,
        created_at=requested,
        started_at=None if scene.state in ("queued", "claimed") else began,
        ended_at=timezone.now() - timedelta(minutes=2) if is_over else None,
        **scene.fields,
    )
    for role, chosen in inputs.items():
        column = "snapshot" if isinstance(chosen, Snapshot) else "model_version"
        RunInput.objects.create(run=run, role=role, **{column: chosen})
    _tell(run, scene, admin, began)
    if scene.step:
        _measure(run, began)
        _sample(run)
    return run


def _tell(run: Run, scene: Scene, admin: User, began: datetime) -> None:
    said = [("draft", "queued", f"person:{admin.pk}", "")]
    if scene.state != "queued":
        said.append(("queued", "claimed", RUNNER, "attempt 1"))
        RunAttempt.objects.create(
            run=run,
            number=1,
            fence=1,
            host=f"{HOST}",
            pid=4_711,
            started_at=began,
            ended_at=timezone.now() - timedelta(minutes=2) if scene.outcome else None,
            outcome=scene.outcome,
            detail=scene.detail,
            code_revision=run.code_revision,
            exit_code=0 if scene.outcome in ("stopped", "succeeded") else None,
            peak_memory_bytes=9_400_000_000 if scene.outcome else None,
            last_step=scene.step,
        )
    if scene.step:
        said.append(("claimed", "running", RUNNER, ""))
    said += scene.events
    RunEvent.objects.bulk_create(
        RunEvent(
            run=run,
            from_state=before,
            to_state=after,
            actor=actor,
            fence=run.fence,
            detail=detail,
            happened_at=began + timedelta(seconds=number),
        )
        for number, (before, after, actor, detail) in enumerate(said)
    )


def _measure(run: Run, began: datetime) -> None:
    draw = random.Random(2022)
    rows, lines = [], []
    for step in range(1, run.step + 1):
        done = step / ITERATIONS
        kl = 14 * done + draw.gauss(0, 0.4)
        score = 0.2 + 1.6 * (1 - math.exp(-3 * done)) + draw.gauss(0, 0.06)
        values = {
            "score": score,
            "reward": score - 0.05 * kl,
            "kl": kl,
            "entropy": 2.1 - 0.6 * done + draw.gauss(0, 0.03),
            "response_length": 44 + 9 * done + draw.gauss(0, 1.5),
            "eos_share": min(1.0, 0.82 + 0.15 * done + draw.gauss(0, 0.01)),
            "value_loss": 0.4 * math.exp(-2 * done) + 0.05 + abs(draw.gauss(0, 0.01)),
            "policy_loss": -0.02 + draw.gauss(0, 0.004),
            "clip_fraction": 0.06 + draw.gauss(0, 0.008),
        }
        rows.append(
            StepMetrics(
                run=run,
                step=step,
                phase="ppo",
                values={name: round(value, 5) for name, value in values.items()},
                elapsed_seconds=STEP_SECONDS * step,
                recorded_at=began + timedelta(seconds=STEP_SECONDS * step),
            )
        )
        lines.append(f"ppo step {step} of {ITERATIONS}: score {score:.4g}, kl {kl:.4g}\n")
    StepMetrics.objects.bulk_create(rows)
    RunLog.objects.create(run=run, attempt=1, text="".join(lines))


def _sample(run: Run) -> None:
    for place, (text, answers) in enumerate(zip(PROMPTS, ANSWERS, strict=True)):
        prompt = SamplePrompt.objects.create(run=run, place=place, prompt_id=str(place), text=text)
        CheckpointSample.objects.bulk_create(
            CheckpointSample(
                prompt=prompt,
                step=step,
                text=answer,
                token_count=len(answer.split()) * 4 // 3,
                finish_reason="stop",
                reward=round(0.3 + 0.55 * number - 0.2 * place, 2),
                kl_nats=round(5.2 * number + 0.7 * place * number, 2),
            )
            for number, (step, answer) in enumerate(zip(SAMPLED, answers, strict=True))
            if step <= run.step
        )


def _publish(run: Run, admin: User) -> None:
    parent = run.inputs.get(role="policy").model_version
    assert parent is not None
    made = ModelVersion.objects.create(
        name=run.name,
        kind="policy",
        artifact=parent.artifact,
        licence=parent.licence,
        source=parent.source,
        run=run,
        completion_source=make_source(run.name),
        created_by=admin,
    )
    reward_model = run.inputs.get(role="reward_model").model_version
    make_ended_run(
        by=admin,
        stage="ppo",
        artifact=made.artifact,
        inputs={"policy": made, "reward_model": reward_model},
    )
