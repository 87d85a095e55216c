"""Asking for automatic evaluations, and reading them beside a sweep's other figures (R75)."""

import uuid

import pytest
from django.conf import settings as configured
from django.utils import timezone

from labeling.errors import Refused
from tests.cast import client_of, make_prompt, make_ranking, make_ranking_project, make_task
from tests.training.chains import make_ended_run
from tests.training.processes import wait_until
from training import tasks
from training.artifact_store import publish
from training.jobs.inputs import describe_job
from training.models import Artifact, GpuSlot, Run, RunLog, RunState, Snapshot
from training.selectors.lineage import count_labels_behind, descent_of_ranking, lineage_of
from training.selectors.sweeps import access_sweep
from training.services.model_versions import Origin, register_base_model
from training.services.run_requests import RunRequest
from training.services.runs import cancel_run, request_run, retry_run
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import (
    freeze_pretraining_text,
    freeze_prompts,
    freeze_rankings,
)
from training.services.sweeps import SweepRequest, request_sweep

pytestmark = pytest.mark.django_db
ALL = [
    "pretraining_loss",
    "second_reward",
    "answer_length",
    "cut_share",
    "win_share",
    "second_win_share",
]

EVALUATION_INPUTS = ("evaluation_reward_model", "evaluation_baseline")


@pytest.fixture
def inputs(ada, base_model, make_artifact, make_snapshot):
    """Everything that a PPO run can read: two reward models, text, and a baseline."""

    def reward_model(name):
        artifact = make_artifact(Artifact.Kind.MODEL, {"config.json": f'{{"name": "{name}"}}'})
        version = make_ended_run(
            by=ada, stage="reward_model", inputs={"base_model": base_model}, artifact=artifact
        )
        return version.pk

    return {
        "policy": base_model.pk,
        "reward_model": reward_model("own"),
        "prompts": make_snapshot(Snapshot.Kind.PPO).pk,
        "pretraining": make_snapshot(Snapshot.Kind.PRETRAIN, '{"text":"One."}\n').pk,
        "evaluation_reward_model": reward_model("second"),
        "evaluation_baseline": base_model.pk,
    }


@pytest.fixture
def ask(ada, inputs):
    def request(*evaluations, without=(), stage="ppo", **changed):
        chosen = {role: key for role, key in inputs.items() if role not in without} | changed
        return RunRequest(stage=stage, inputs=chosen, evaluations=evaluations)

    return request


def refused_fields(by, request):
    with pytest.raises(Refused) as refusal:
        request_run(by=by, request=request)
    return refusal.value.fields


class TestAsking:
    def test_what_is_asked_for_is_in_the_specification_and_the_job(self, ada, ask, tmp_path):
        """R75: and a run that asks for nothing has the specification that it always had."""
        run = request_run(by=ada, request=ask(*ALL))
        plain = ask(without=EVALUATION_INPUTS)

        assert run.spec["evaluations"] == ALL
        assert describe_job(run, tmp_path)["evaluations"] == ALL
        assert "evaluations" not in request_run(by=ada, request=plain).spec

    @pytest.mark.parametrize("name", ["second_reward", "second_win_share"])
    def test_what_an_evaluation_reads_is_needed(self, ada, ask, name):
        fields = refused_fields(ada, ask(name, "win_share", without=EVALUATION_INPUTS[:1]))

        assert fields == {"inputs.evaluation_reward_model": [f"is needed by the evaluation {name}"]}

    def test_an_input_that_nothing_reads_is_refused(self, ada, ask):
        """R75: no option is read and ignored."""
        fields = refused_fields(ada, ask("answer_length"))

        assert fields == {
            "inputs.evaluation_reward_model": [
                "is read by second_reward and second_win_share alone; choose one"
            ],
            "inputs.evaluation_baseline": [
                "is read by win_share and second_win_share alone; choose one"
            ],
        }

    def test_a_second_judge_is_another_than_the_first(self, ada, ask, inputs):
        request = ask(*ALL, evaluation_reward_model=inputs["reward_model"])

        assert refused_fields(ada, request) == {
            "inputs.evaluation_reward_model": ["must be another than the run's own reward model"]
        }

    @pytest.mark.parametrize(
        ("names", "message"),
        [
            (["bleu"], "PPO has no bleu: it has pretraining_loss, second_reward, answer_length"),
            (["cut_share", "cut_share"], "each can be asked for once"),
        ],
    )
    def test_a_name_that_cannot_be_used_is_refused(self, ada, ask, names, message):
        fields = refused_fields(ada, ask(*names, without=EVALUATION_INPUTS))

        assert fields["evaluations"][0].startswith(message)

    def test_only_policies_are_evaluated(self, ada, base_model, make_snapshot):
        rankings = make_snapshot(Snapshot.Kind.RM)
        request = RunRequest(
            stage="reward_model",
            inputs={"base_model": base_model.pk, "rankings": rankings.pk},
            evaluations=["answer_length"],
        )

        assert refused_fields(ada, request) == {
            "evaluations": ["Reward model has no answer_length: only policies are evaluated"]
        }

    def test_a_retry_asks_for_the_same(self, ada, ask):
        run = request_run(by=ada, request=ask(*ALL))
        cancel_run(by=ada, run=run)
        run.refresh_from_db()

        assert retry_run(by=ada, run=run).spec == run.spec


def test_what_only_measures_a_policy_taught_it_nothing(cast, base_model, make_artifact):
    """R53, R36: labels behind the second judge and the baseline are not behind the policy."""
    ada = cast.ada
    task = make_task(make_ranking_project())
    ranking = make_ranking(task, cast.amina, [1, 2, 3, 4])
    rankings = freeze_rankings(by=ada, name="r", query=SnapshotQuery())
    artifact = make_artifact(Artifact.Kind.MODEL, {"config.json": '{"trained": true}'})
    judge = make_ended_run(
        by=ada,
        stage="reward_model",
        artifact=artifact,
        inputs={"base_model": base_model, "rankings": rankings},
    )
    policy = make_ended_run(
        by=ada,
        stage="ppo",
        artifact=artifact,
        inputs={
            "policy": base_model,
            "evaluation_reward_model": judge,
            "evaluation_baseline": judge,
        },
    )

    assert count_labels_behind(policy.pk).num_rankings == 0
    assert count_labels_behind(judge.pk).num_rankings == 1
    assert [parent.role for parent in lineage_of(policy).parents] == ["policy"]
    assert descent_of_ranking(ranking.pk).model_versions == [judge]


FIGURE = {"value": 5.5, "low": 5.0, "high": 6.0, "num": 64, "unit": "prompts", "reason": ""}
UNDEFINED = {"value": None, "low": None, "high": None, "num": 0, "unit": "", "reason": "no text"}


def end(run, state=RunState.SUCCEEDED, **report):
    """As if the run had been carried out; the real road is below."""
    slot = GpuSlot.objects.create(host=f"node-{run.pk}", index=0, last_seen=timezone.now())
    held = {"lease_until": timezone.now(), "slot": slot}
    Run.objects.filter(pk=run.pk).update(state=RunState.CLAIMED, **held)
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    Run.objects.filter(pk=run.pk).update(state=state, lease_until=None, slot=None, report=report)


class TestSweeps:
    @pytest.fixture
    def sweep(self, ada, ask):
        request = ask("answer_length", "pretraining_loss", without=EVALUATION_INPUTS)
        wanted = SweepRequest(request, "kl_coef", (0.0, 0.02, 2.0, 20.0))
        return request_sweep(by=ada, wanted=wanted)

    def test_every_member_is_asked_for_them(self, sweep):
        """R75."""
        asked = [run.spec["evaluations"] for run in sweep.runs.all()]

        assert asked == [["answer_length", "pretraining_loss"]] * 4

    def test_before_a_run_has_ended_there_is_a_panel_and_no_figure(self, sweep):
        panels = access_sweep(sweep.pk).panels

        assert [panel.name for panel in panels] == ["answer_length", "pretraining_loss"]
        assert {(one.value, one.reason) for panel in panels for one in panel.figures} == {
            (None, "")
        }

    def test_reward_evaluations_and_divergence_stand_over_the_same_values(self, ada, sweep):
        """R75: one ended well, one without one of them, one failed, one waits."""
        first, second, third, _ = sorted(
            sweep.runs.all(), key=lambda run: run.spec["hyperparameters"]["kl_coef"]
        )
        reported = {
            "validation": {"score_before": 0.0, "score_after": 0.4, "num_prompts": 64},
            "last": {"kl": 3.5},
        }
        figures = {"answer_length": FIGURE, "pretraining_loss": UNDEFINED}
        end(first, **reported, evaluations=figures)
        end(second, **reported)
        end(third, state=RunState.FAILED)

        panels = {panel.name: panel for panel in access_sweep(sweep.pk).panels}

        assert list(panels) == ["validation_score", "answer_length", "pretraining_loss", "kl"]
        shown = {
            name: [(one.value, one.reason) for one in panel.figures]
            for name, panel in panels.items()
        }
        failed, waits = (None, "the run failed"), (None, "")
        assert shown == {
            "validation_score": [(0.4, ""), (0.4, ""), failed, waits],
            "answer_length": [(5.5, ""), (None, "the run was not asked for it"), failed, waits],
            "pretraining_loss": [
                (None, "no text"),
                (None, "the run was not asked for it"),
                failed,
                waits,
            ],
            "kl": [(3.5, ""), (3.5, ""), failed, waits],
        }
        assert panels["answer_length"].figures[0].num == 64
        assert panels["answer_length"].is_higher_better is None
        assert panels["pretraining_loss"].unit == "nats per token"


class TestApi:
    def body(self, inputs, **changes):
        return {
            "stage": "ppo",
            "inputs": {role: str(key) for role, key in inputs.items()},
            "parameter": "kl_coef",
            "values": [0, 0.02],
            "evaluations": ALL,
            **changes,
        }

    def test_an_admin_asks_and_a_researcher_reads(
        self, ada, cast, inputs, django_assert_max_num_queries
    ):
        """R75."""
        answer = client_of(ada).post("/api/sweeps/", self.body(inputs))

        assert answer.status_code == 201, answer.json()
        body = answer.json()
        assert [panel["name"] for panel in body["panels"]] == ALL
        assert [len(panel["figures"]) for panel in body["panels"]] == [2] * 6
        assert all(panel["definition"] for panel in body["panels"])
        browser = client_of(cast.rosa)
        with django_assert_max_num_queries(4):
            assert browser.get(f"/api/sweeps/{body['sweep']['id']}/").json() == body

    def test_a_researcher_cannot_ask(self, cast, inputs):
        assert client_of(cast.rosa).post("/api/sweeps/", self.body(inputs)).status_code == 403

    @pytest.mark.parametrize(
        ("wrong", "named"),
        [
            (["; id"], "evaluations"),
            ("cut_share", "evaluations"),
            ([{"a": 1}], "evaluations"),
            (["cut_share"] * 21, "evaluations"),
        ],
    )
    def test_what_is_malformed_is_named(self, ada, inputs, wrong, named):
        answer = client_of(ada).post("/api/sweeps/", self.body(inputs, evaluations=wrong))

        assert answer.status_code == 400
        assert any(field.startswith(named) for field in answer.json()["fields"])
        assert not Run.objects.filter(stage="ppo").exists()

    def test_an_input_that_is_not_there_is_named_before_a_run_is_requested(self, cast, inputs):
        """The check of the launch page says so without storing anything."""
        body = self.body(inputs | {"evaluation_baseline": str(uuid.uuid4())})

        answer = client_of(cast.rosa).post("/api/runs/check/", body)

        assert answer.status_code == 200
        assert answer.json()["fields"]["inputs.evaluation_baseline"]

    def test_a_stage_lists_what_it_can_be_asked_for(self, cast):
        stages = client_of(cast.rosa).get("/api/runs/stages/").json()

        listed = {one["stage"]: [each["name"] for each in one["evaluations"]] for one in stages}
        assert (listed["ppo"], listed["sft"], listed["reward_model"]) == (ALL, ALL, [])
        [loss, *_] = next(one for one in stages if one["stage"] == "ppo")["evaluations"]
        assert (loss["needs"], loss["unit"]) == (["pretraining"], "nats per token")


@pytest.mark.django_db(transaction=True)
def test_a_sweep_of_tiny_runs_ends_with_the_figures(cast, tiny_folder, tmp_path, settings):
    """R75: by the real trainer, through the runner, into the panels of the sweep."""
    settings.HEARTBEAT_SECONDS = 1
    ada = cast.ada
    base = register_base_model(path=tiny_folder, name="tiny", origin=Origin("none", "a test"))
    for number in range(8):
        make_prompt(f"Count to {number}.", split="validation" if number > 4 else "train")
    text = "\n\n".join(f"Sentence {number} of a story." for number in range(20))
    inputs = {
        "policy": base,
        "reward_model": tiny_judge(ada, base, tiny_folder, tmp_path, seed=1),
        "prompts": freeze_prompts(by=ada, name="p", query=SnapshotQuery(num_validation_prompts=3)),
        "pretraining": freeze_pretraining_text(by=ada, name="t", text=text),
        "evaluation_reward_model": tiny_judge(ada, base, tiny_folder, tmp_path, seed=2),
        "evaluation_baseline": base,
    }
    request = RunRequest(
        stage="ppo",
        inputs={role: one.pk for role, one in inputs.items()},
        hyperparameters={
            "episodes": 4,
            "batch_size": 4,
            "minibatch_size": 2,
            "max_prompt_tokens": 24,
            "max_response_tokens": 8,
            "sample_prompts": 0,
        },
        seed=1,
        evaluations=ALL,
    )
    sweep = request_sweep(by=ada, wanted=SweepRequest(request, "kl_coef", (0.0, 2.0)))

    for run in sweep.runs.all():
        carry_out(run)

    panels = {panel.name: panel for panel in access_sweep(sweep.pk).panels}
    assert list(panels) == ["validation_score", *ALL, "kl"]
    for name, panel in panels.items():
        assert [one.reason for one in panel.figures] == ["", ""], name
        assert None not in [one.value for one in panel.figures], name
    assert {panels[name].figures[0].num for name in ALL[1:]} == {3}
    assert panels["pretraining_loss"].figures[0].num == 2


def tiny_judge(by, base, trunk, root, *, seed):
    """A reward model with a random head on the trunk of the policy."""
    # Only the test that really trains pays for loading torch.
    from training.ml.model_folders import load_tokenizer
    from training.ml.reward_folders import new_reward_model, save_reward_model
    from training.ml.seeding import generator

    folder = root / f"judge-{seed}"
    model = new_reward_model(trunk, generator(seed, "head"))
    save_reward_model(model, load_tokenizer(trunk), folder, parent=trunk)
    stored = publish(configured.ARTIFACT_ROOT, folder)
    artifact = Artifact.objects.create(
        sha256=stored.sha256, kind=Artifact.Kind.MODEL, num_bytes=stored.num_bytes
    )
    return make_ended_run(
        by=by, stage="reward_model", inputs={"base_model": base}, artifact=artifact
    )


def carry_out(run):
    tasks.ring(str(run.pk))

    def is_over():
        run.refresh_from_db()
        return run.state in {"succeeded", "failed", "retry_wait"}

    wait_until(is_over, seconds=300)
    log = "".join(RunLog.objects.filter(run=run).values_list("text", flat=True))
    assert run.state == "succeeded", f"{run.reason} {run.reason_detail}\n{log[-3000:]}"
