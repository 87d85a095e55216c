"""Every experiment's numbers as a figure."""

from collections.abc import Callable, Iterable, Sequence
from statistics import fmean
from typing import Any

from experiments import intervals, ppo, ptx, reward_model
from experiments.figures import Axis, Panel, axis_around, figure

ARM_INKS = {ppo.LEARNING: "blue", ppo.UNFINISHED: "purple", ppo.COIN: "orange"}
ARM_NAMES = {
    ppo.LEARNING: "PPO",
    ppo.UNFINISHED: "cut-off kept",
    ppo.COIN: "coin labelers",
}
NATS = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
Columns = dict[str, list[float]]
Curve = list[tuple[float, float]]


def draw_reward_model(result: dict[str, Any]) -> str:
    rows = reward_model.summary(result)
    panels = [_accuracy_panel(rows, result["runs"]), _log_loss_panel(rows), _reliability(result)]
    return figure(panels, "Reward models trained on simulated labelers, against the truth")


def draw_ppo(result: dict[str, Any]) -> str:
    runs = {arm: _of(result, "arm", arm) for arm in ARM_INKS}
    panels = [_truth_panel(runs), _gain_panel(runs)]
    return figure(panels, "The true preference over PPO training, with a control")


def draw_ptx(result: dict[str, Any]) -> str:
    runs = {arm: _of(result, "arm", arm) for arm in (ptx.PLAIN, ptx.MIXED)}
    inks = {ptx.PLAIN: "orange", ptx.MIXED: "blue"}
    loss = _over_iterations(
        "Loss on held-out text",
        "change since the start, nats per token",
        runs,
        lambda looks: [loss - looks["lm_loss"][0] for loss in looks["lm_loss"]],
        inks,
    )
    truth = _over_iterations(
        "True preference",
        "of answers to held-out prompts",
        runs,
        lambda looks: looks["truth"],
        inks,
    )
    return figure([loss, truth], "Plain PPO and PPO-ptx: held-out language-model loss")


def draw_overoptimisation(result: dict[str, Any]) -> str:
    coefs = sorted({run["kl_coef"] for run in result["runs"]})
    curves = [(coef, [run["looks"] for run in _of(result, "kl_coef", coef)]) for coef in coefs]
    panels = [_pressure_panel(curves, result["num_ranked"]), _best_of_panel(result["best_of_n"])]
    return figure(panels, "True and proxy reward against divergence from the start")


DRAWINGS: dict[str, Callable[[dict[str, Any]], str]] = {
    "reward-model": draw_reward_model,
    "ppo": draw_ppo,
    "ptx": draw_ptx,
    "overoptimisation": draw_overoptimisation,
}


def _accuracy_panel(rows: Sequence[dict[str, Any]], runs: Sequence[dict[str, Any]]) -> Panel:
    panel = Panel(
        "Held-out accuracy",
        "share of pairs ordered rightly",
        _prompts_axis(rows),
        axis_around([0.45, *(row["truth_accuracy"].high for row in rows)]),
        "prompts ranked",
        width=430,
        margin=120,
    )
    ends = []
    for name, words, ink in (
        ("truth_accuracy", "on true order", "green"),
        ("accuracy", "on noisy labels", "blue"),
    ):
        panel.band([(r["num_prompts"], r[name].low, r[name].high) for r in rows], ink)
        panel.line([(r["num_prompts"], r[name].value) for r in rows], ink)
        panel.dots([(run["num_prompts"], run[name]) for run in runs], ink, radius=2)
        ends.append(((rows[-1]["num_prompts"], rows[-1][name].value), words, ink))
    for name, words in (("ceiling", "noise ceiling"), ("length_accuracy", "longer text")):
        panel.line([(r["num_prompts"], r[name].value) for r in rows], "faint", dash="5 4")
        ends.append(((rows[-1]["num_prompts"], rows[-1][name].value), words, "faint"))
    panel.line([(r["num_prompts"], 0.5) for r in rows], "faint", dash="1 4")
    ends.append(((rows[-1]["num_prompts"], 0.5), "chance", "faint"))
    panel.names(ends)
    return panel


def _log_loss_panel(rows: Sequence[dict[str, Any]]) -> Panel:
    highs = [row["log_loss"].high for row in rows]
    panel = Panel(
        "Log loss",
        "nats per held-out pair",
        _prompts_axis(rows),
        axis_around([*highs, 0.6931, rows[-1]["entropy_floor"].value]),
        "prompts ranked",
        width=390,
        margin=110,
    )
    last = rows[-1]["num_prompts"]
    panel.band([(r["num_prompts"], r["log_loss"].low, r["log_loss"].high) for r in rows], "blue")
    panel.line([(r["num_prompts"], r["log_loss"].value) for r in rows], "blue")
    panel.line([(r["num_prompts"], r["entropy_floor"].value) for r in rows], "faint", dash="5 4")
    panel.line([(r["num_prompts"], 0.6931) for r in rows], "faint", dash="1 4")
    panel.names(
        [
            ((last, rows[-1]["log_loss"].value), "reward model", "blue"),
            ((last, rows[-1]["entropy_floor"].value), "entropy floor", "faint"),
            ((last, 0.6931), "a coin", "faint"),
        ]
    )
    return panel


def _reliability(result: dict[str, Any]) -> Panel:
    """Bins pooled over the seeds of the largest size."""
    largest = max(run["num_prompts"] for run in result["runs"])
    runs = _of(result, "num_prompts", largest)
    share = Axis(0.5, 1.0, [0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    error = intervals.mean([run["calibration_error"] for run in runs])
    panel = Panel(
        f"Reliability at {largest} prompts",
        "how often right, where how sure",
        share,
        share,
        "confidence of the reward model",
    )
    panel.line([(0.5, 0.5), (1.0, 1.0)], "faint", dash="5 4")
    points = []
    for tenth in range(10):
        bins = [b for run in runs for b in run["reliability"] if _tenth(b) == tenth]
        if not bins:
            continue
        sure, right = (
            sum(b[name] * b["num_pairs"] for b in bins) / sum(b["num_pairs"] for b in bins)
            for name in ("confidence", "accuracy")
        )
        if len(bins) > 1:
            spread = intervals.mean([b["accuracy"] for b in bins])
            panel.bar(sure, max(0.5, spread.low), min(1.0, spread.high), "blue")
        points.append((sure, right))
    panel.line(points, "blue", width=1)
    panel.dots(points, "blue")
    panel.text((0.97, 0.55), f"ECE {error}", "ink", anchor="end", right=0)
    return panel


def _tenth(reliability_bin: dict[str, float]) -> int:
    return min(9, int((reliability_bin["confidence"] - 0.5) * 20))


def _truth_panel(runs: dict[str, list[dict[str, Any]]]) -> Panel:
    return _over_iterations(
        "True preference over training",
        "mean utility of answers to held-out prompts",
        runs,
        lambda looks: looks["truth"],
        ARM_INKS,
        names=ARM_NAMES,
    )


def _gain_panel(runs: dict[str, list[dict[str, Any]]]) -> Panel:
    gains = [run["gain"] for arm in runs.values() for run in arm]
    count = len(gains)
    panel = Panel(
        "Gain of every seed",
        "exported policy against its start, 95 % by prompt",
        Axis(0.5, count + 0.5, range(1, count + 1), label=_seed_label(runs)),
        axis_around([0.0, *(g["low"] for g in gains), *(g["high"] for g in gains)]),
        "seed",
        width=416,
        margin=108,
    )
    panel.line([(0.5, 0.0), (count + 0.5, 0.0)], "faint", dash="5 4")
    place = 0
    for arm, ink in ARM_INKS.items():
        for run in runs[arm]:
            place += 1
            panel.bar(place, run["gain"]["low"], run["gain"]["high"], ink)
            panel.dots([(place, run["gain"]["value"])], ink)
    panel.names(
        [
            ((count + 0.5, fmean(run["gain"]["value"] for run in runs[arm])), ARM_NAMES[arm], ink)
            for arm, ink in ARM_INKS.items()
        ]
    )
    return panel


def _seed_label(runs: dict[str, list[dict[str, Any]]]) -> Callable[[float], str]:
    seeds = [str(run["seed"]) for arm in runs.values() for run in arm]
    return lambda place: seeds[int(place) - 1]


def _over_iterations(
    title: str,
    subtitle: str,
    runs: dict[str, list[dict[str, Any]]],
    values_of: Callable[[Columns], list[float]],
    inks: dict[str, str],
    *,
    names: dict[str, str] | None = None,
) -> Panel:
    """Every seed as a thin line, the mean of each arm as a thick one with its interval."""
    curves = {
        arm: [
            list(zip(run["looks"]["iteration"], values_of(run["looks"]), strict=True))
            for run in arm_runs
        ]
        for arm, arm_runs in runs.items()
    }
    bands = {arm: _band(found) for arm, found in curves.items() if found}
    last = max(x for found in curves.values() for curve in found for x, _ in curve)
    heights = [y for found in curves.values() for curve in found for _, y in curve]
    heights += [limit for band in bands.values() for _, low, high in band for limit in (low, high)]
    panel = Panel(
        title,
        subtitle,
        _starting_at_zero(axis_around([0.0, last])),
        axis_around(heights),
        "PPO iterations",
        width=416,
        margin=108,
    )
    ends = []
    for arm, band in bands.items():
        panel.band(band, inks[arm])
        for curve in curves[arm]:
            panel.line(curve, inks[arm], width=1, faint=True)
        middle = [(x, (low + high) / 2) for x, low, high in band]
        panel.line(middle, inks[arm], width=2.5)
        ends.append((middle[-1], (names or {}).get(arm, arm), inks[arm]))
    panel.names(ends)
    return panel


def _starting_at_zero(axis: Axis) -> Axis:
    return Axis(0.0, axis.high, [tick for tick in axis.ticks if tick >= 0])


def _band(curves: Sequence[Curve]) -> list[tuple[float, float, float]]:
    """The mean's interval over seeds at every iteration that all of them reached."""
    reached = min(len(curve) for curve in curves)
    band = []
    for place in range(reached):
        found = intervals.mean([curve[place][1] for curve in curves])
        band.append((curves[0][place][0], found.low, found.high))
    return band


def _pressure_panel(curves: Sequence[tuple[float, Sequence[Columns]]], num_ranked: int) -> Panel:
    """Solid is the truth, dashed the reward model; every seed has a line of its own."""
    inks = ("orange", "blue", "green", "purple")
    gains = [(coef, [_gains(looks) for looks in found]) for coef, found in curves]
    points = [point for _, seeds in gains for seed in seeds for point in seed]
    panel = Panel(
        f"PPO against a reward model of {num_ranked} prompts",
        "gain since the start: dashed what it says, solid the truth",
        _nats_axis(kl for kl, _, _ in points),
        axis_around(value for point in points for value in point[1:]),
        "nats from the start (logarithmic in nats + 1)",
        width=450,
        margin=76,
    )
    ends = []
    for (coef, seeds), ink in zip(gains, inks, strict=False):
        for seed in seeds:
            panel.line([(kl, proxy) for kl, proxy, _ in seed], ink, width=1.5, dash="5 4")
            panel.line([(kl, truth) for kl, _, truth in seed], ink, width=2.5)
        # Beside the panel: runs that stay close end where others are still on their way.
        _, _, truth = max(seed[-1] for seed in seeds)
        ends.append(((panel.x.high, truth), f"β = {coef:g}", ink))
    panel.names(ends)
    return panel


def _gains(looks: Columns) -> list[tuple[float, float, float]]:
    """(nats, proxy gain, true gain) at every look."""
    return [
        # Rounding leaves a divergence of nothing a hair below it.
        (max(0.0, kl), proxy - looks["proxy"][0], truth - looks["truth"][0])
        for kl, proxy, truth in zip(looks["kl"], looks["proxy"], looks["truth"], strict=True)
    ]


def _best_of_panel(found: Sequence[dict[str, Any]]) -> Panel:
    gains = {
        name: [
            [(row["kl"], row[name] - seed["rows"][0][name]) for row in seed["rows"]]
            for seed in found
        ]
        for name in ("proxy", "truth")
    }
    bands = {name: _band(curves) for name, curves in gains.items()}
    panel = Panel(
        "Best of n by the same reward models",
        f"n = 1 to {found[0]['rows'][-1]['n']}",
        _nats_axis(row["kl"] for row in found[0]["rows"]),
        axis_around(limit for band in bands.values() for point in band for limit in point[1:]),
        "nats from the start (logarithmic in nats + 1)",
        width=400,
        margin=92,
    )
    ends = []
    for name, words, dash in (("proxy", "reward model", "5 4"), ("truth", "truth", "")):
        panel.band(bands[name], "blue")
        middle = [(x, (low + high) / 2) for x, low, high in bands[name]]
        panel.line(middle, "blue", dash=dash, width=2.5 if name == "truth" else 2.0)
        ends.append((middle[-1], words, "blue"))
    panel.names(ends)
    return panel


def _nats_axis(values: Iterable[float]) -> Axis:
    """From zero, with room for runs that stay close to the start beside one that runs away."""
    top = max(values)
    high = next((tick for tick in NATS[1:] if tick >= top), top)
    # On a long axis the first ticks would stand in one another.
    shown = [tick for tick in NATS if tick <= high and (tick == 0 or tick >= high / 500)]
    return Axis(0.0, high, shown, "log1p")


def _prompts_axis(rows: Sequence[dict[str, Any]]) -> Axis:
    sizes = [row["num_prompts"] for row in rows]
    return Axis(sizes[0], sizes[-1], sizes, "log")


def _of(result: dict[str, Any], name: str, value: object) -> list[dict[str, Any]]:
    return [run for run in result["runs"] if run[name] == value]
