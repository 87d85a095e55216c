"""How the learning curves are drawn: small panels in rows, every line with its name at its end."""

from collections.abc import Iterable, Sequence
from typing import Any

from experiments.figures import Axis, Panel, axis_around, figure

WIDTH, HEIGHT, NAMES = 330.0, 260.0, 76.0
Run = dict[str, Any]
Curve = list[tuple[float, float]]
# Name at the end of the line, points, colour.
Named = tuple[str, Curve, str]


def draw_all(runs: dict[str, Run]) -> dict[str, str]:
    """Every figure that these runs allow, as SVG by name."""
    figures = {}
    if "sft" in runs:
        figures["sft"] = draw_sft(runs["sft"], runs.get("sft_judged"))
    if "reward_model" in runs:
        figures["reward-model"] = draw_reward_model(runs["reward_model"])
        figures["reliability"] = draw_reliability(runs["reward_model"])
    if "ppo" in runs:
        policies = {name: runs[name] for name in ("ppo", "ppo_ptx") if name in runs}
        figures["ppo-policy"] = draw_policy(policies)
        figures["ppo-update"] = draw_update(policies)
        figures["ppo-value"] = draw_value_and_gradients(policies)
    return figures


def draw_sft(run: Run, judged: Run | None) -> str:
    panels = [
        _panel(
            "SFT: loss",
            "nats per token of the demonstrations",
            [
                ("training", curve(run, "loss"), "blue"),
                ("held out", curve(run, "validation_loss"), "orange"),
            ],
        ),
        _panel("SFT: gradient norm", clipped_at(run), [("", curve(run, "gradient_norm"), "blue")]),
    ]
    if judged is not None:
        rewards = judged["report"]["validation"]["reward_by_epoch"]
        losses = judged["report"]["validation"]["loss_by_epoch"]
        panels = [
            panels[0],
            _by_epoch("SFT, longer: held-out loss", "nats per token", losses, "orange", min),
            _by_epoch("SFT, longer: held-out reward", "reward per answer", rewards, "green", max),
        ]
    return figure(panels, "Learning curves of supervised fine-tuning")


def draw_reward_model(run: Run) -> str:
    panels = [
        _panel(
            "Reward model: loss",
            "nats per pair; dots: ln 2, a coin",
            [("", curve(run, "loss"), "blue")],
            level=0.6931,
        ),
        _panel(
            "Reward model: accuracy",
            "share of the step's pairs; dots: a coin",
            [("", curve(run, "accuracy"), "blue")],
            level=0.5,
        ),
        _panel("Reward model: margin", "reward", [("", curve(run, "margin"), "blue")], level=0.0),
    ]
    return figure(panels, "Learning curves of a reward model")


def draw_reliability(run: Run) -> str:
    return figure([_reliability(run)], "Reliability of a reward model on held-out pairs")


def draw_policy(policies: dict[str, Run]) -> str:
    panels = [
        _panel("PPO: score", "reward per answer", _each(policies, "score")),
        _panel("PPO: KL to the reference", "nats per answer", _each(policies, "kl")),
        _panel("PPO: entropy", "nats per token", _each(policies, "entropy")),
    ]
    return figure(panels, "PPO beside PPO-ptx: score, divergence and entropy")


def draw_update(policies: dict[str, Run]) -> str:
    panels = [
        _panel("PPO: KL of the update", "approxkl, nats per token", _each(policies, "approxkl")),
        _panel("PPO: clip fraction", "clipfrac, share of tokens", _each(policies, "clipfrac")),
        _panel("PPO: policy ratio", "mean over tokens", _each(policies, "ratio"), level=1.0),
    ]
    return figure(panels, "PPO beside PPO-ptx: how far the updates move")


def draw_value_and_gradients(policies: dict[str, Run]) -> str:
    plain = policies["ppo"]
    panels = [
        _panel(
            "PPO: explained variance",
            "of the returns, by the value network",
            _each(policies, "explained_variance"),
            level=0.0,
        ),
        _panel(
            "PPO: gradient norms",
            clipped_at(plain),
            [("", curve(plain, "gradient_norm"), "blue")],
        ),
    ]
    if "ppo_ptx" in policies:
        mixed = policies["ppo_ptx"]
        parts = [
            ("PPO", curve(mixed, "ppo_gradient_norm"), "blue"),
            ("pretraining", curve(mixed, "ptx_gradient_norm"), "purple"),
        ]
        panels[1] = _panel("PPO-ptx: gradient norms", clipped_at(mixed), parts)
        loss = [("", curve(mixed, "ptx_loss"), "purple")]
        panels.append(_panel("PPO-ptx: pretraining loss", "nats per token", loss))
    return figure(panels, "PPO beside PPO-ptx: value network, gradients and pretraining loss")


def curve(run: Run, name: str) -> Curve:
    """A metric over steps, where it was logged."""
    return [(step["step"], step[name]) for step in run["steps"] if name in step]


def clipped_at(run: Run) -> str:
    return f"before clipping to {run['hyperparameters'].get('max_gradient_norm', 1.0):g}"


def _each(policies: dict[str, Run], name: str) -> list[Named]:
    inks = {"ppo": ("PPO", "blue"), "ppo_ptx": ("PPO-ptx", "orange")}
    alone = len(policies) == 1
    return [
        ("" if alone else inks[kind][0], curve(run, name), inks[kind][1])
        for kind, run in policies.items()
    ]


def _panel(
    title: str, subtitle: str, lines: Sequence[Named], *, level: float | None = None
) -> Panel:
    """Lines over steps, dots where there are few; `level` is a dotted line to compare with."""
    last = max(x for _, points, _ in lines for x, _ in points)
    values = [y for _, points, _ in lines for _, y in points]
    panel = Panel(
        title,
        subtitle,
        _steps(last),
        axis_around([*values, *([] if level is None else [level])], num_ticks=5),
        "step" if "PPO" not in title else "iteration",
        width=WIDTH,
        height=HEIGHT,
        margin=NAMES if any(name for name, _, _ in lines) else 20.0,
    )
    if level is not None:
        panel.line([(panel.x.low, level), (panel.x.high, level)], "faint", dash="1 4")
    for _, points, ink in lines:
        panel.line(points, ink)
        if len(points) <= 4:
            panel.dots(points, ink)
    panel.names([(points[-1], name, ink) for name, points, ink in lines if name])
    return panel


def _by_epoch(title: str, subtitle: str, values: Sequence[float], ink: str, best: Any) -> Panel:
    """A figure of every epoch, the best one ringed and named."""
    points = [(float(epoch), value) for epoch, value in enumerate(values, start=1)]
    axis = Axis(1, len(values), list(range(1, len(values) + 1)))
    panel = Panel(title, subtitle, axis, axis_around(values, num_ticks=5), "epoch",
                  width=WIDTH, height=HEIGHT, margin=20.0)  # fmt: skip
    panel.line(points, ink)
    panel.dots(points, ink)
    top = best(points, key=lambda point: point[1])
    panel.dots([top], ink, radius=6)
    # Beside the dot where there is room, before it at the right end.
    is_late = top[0] > len(values) / 2
    side, shift = ("end", -11.0) if is_late else ("start", 11.0)
    panel.text(top, "best", ink, anchor=side, right=shift)
    return panel


def _reliability(run: Run) -> Panel:
    """How often right where how sure, each dot as large as its share of pairs."""
    bins = run["report"]["validation"]["reliability"]
    points = [(one["confidence"], one["accuracy"]) for one in bins]
    top = max([0.75, *(confidence for confidence, _ in points)])
    sure = axis_around([0.5, top], num_ticks=5)
    panel = Panel(
        "Reward model: reliability",
        "how often right, where how sure (held out)",
        sure,
        axis_around([0.3, *(y for _, y in points), sure.high], num_ticks=6),
        "confidence",
        width=WIDTH,
        height=HEIGHT,
        margin=20.0,
    )
    panel.line([(sure.low, sure.low), (sure.high, sure.high)], "faint", dash="1 4")
    panel.line(points, "green", width=1.0, faint=True)
    total = sum(one["num_pairs"] for one in bins)
    for one, point in zip(bins, points, strict=True):
        panel.dots([point], "green", radius=2 + 8 * (one["num_pairs"] / total) ** 0.5)
    return panel


def _steps(last: float) -> Axis:
    ticks = axis_around([0, last], num_ticks=4).ticks
    return Axis(1, last, [tick for tick in _whole(ticks) if 1 <= tick <= last])


def _whole(ticks: Iterable[float]) -> list[float]:
    return [tick for tick in ticks if tick == int(tick)]
