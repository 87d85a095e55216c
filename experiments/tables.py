"""The figures of every experiment as Markdown tables, as docs print them."""

from collections.abc import Callable, Sequence
from statistics import fmean
from typing import Any

from experiments import intervals, ppo, ptx, reward_model
from experiments.intervals import Interval


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [" | ".join(header), "|".join("---" for _ in header)]
    lines[1] = "|".join(["---", *["--:"] * (len(header) - 1)])
    lines += [" | ".join(str(cell) for cell in row) for row in rows]
    return "\n".join(
        f"|{line}|" if number == 1 else f"| {line} |" for number, line in enumerate(lines)
    )


def reward_model_table(result: dict[str, Any]) -> str:
    header = (
        "prompts",
        "accuracy on noisy labels",
        "ceiling",
        "accuracy against the truth",
        "longer text",
        "log loss",
        "entropy floor",
        "ECE",
        "ECE of the truth",
    )
    names = (
        "accuracy",
        "ceiling",
        "truth_accuracy",
        "length_accuracy",
        "log_loss",
        "entropy_floor",
        "calibration_error",
        "calibration_floor",
    )
    plain = {"ceiling", "length_accuracy", "entropy_floor", "calibration_floor"}
    rows = []
    for row in reward_model.summary(result):
        cells = [f"{row[n].value:.3f}" if n in plain else str(row[n]) for n in names]
        rows.append([row["num_prompts"], *cells])
    return table(header, rows)


def ppo_table(result: dict[str, Any]) -> str:
    """Every seed of every arm."""
    header = ("arm", "seed", "true before", "true after", "gain", "proxy gain", "nats", "collapsed")
    rows = [
        [
            run["arm"],
            run["seed"],
            f"{run['before']['truth']:+.2f}",
            f"{run['after']['truth']:+.2f}",
            gain_cell(run["gain"]),
            f"{run['after']['proxy'] - run['before']['proxy']:+.2f}",
            f"{run['after']['kl']:.1f}",
            "; ".join(run["collapse"]) or "no",
        ]
        for run in result["runs"]
    ]
    return table(header, rows)


def ppo_summary_table(result: dict[str, Any]) -> str:
    """Every arm: how many seeds gain, how many collapse, and the mean gain."""
    rows = []
    for arm in ppo.ARMS:
        runs = [run for run in result["runs"] if run["arm"] == arm]
        if not runs:
            continue
        raised = sum(run["gain"]["low"] > 0 for run in runs)
        collapsed = sum(bool(run["collapse"]) for run in runs)
        rows.append(
            [
                arm,
                f"{raised} of {len(runs)}",
                f"{collapsed} of {len(runs)}, {share_cell(intervals.share(collapsed, len(runs)))}",
                signed(intervals.mean([run["gain"]["value"] for run in runs])),
            ]
        )
    return table(("arm", "true preference raised", "collapsed", "mean gain"), rows)


def ptx_table(result: dict[str, Any]) -> str:
    """Both arms: the change of the held-out loss and of the true preference, at the last look."""

    def change(arm: str, name: str) -> Interval:
        runs = [run for run in result["runs"] if run["arm"] == arm]
        columns = [run["looks"][name] for run in runs]
        return intervals.mean([column[-1] - column[0] for column in columns])

    rows = [
        [
            arm,
            f"{intervals.mean([r['before']['lm_loss'] for r in result['runs']]).value:.3f}",
            signed(change(arm, "lm_loss")),
            signed(change(arm, "truth")),
            f"{change(arm, 'kl').value:.1f}",
        ]
        for arm in (ptx.PLAIN, ptx.MIXED)
    ]
    rows.append(["token frequencies alone", f"{result['unigram_loss']:.3f}", "", "", ""])
    header = ("", "loss at the start", "its change", "change of the true preference", "nats")
    return table(header, rows)


def overoptimisation_table(result: dict[str, Any]) -> str:
    """Every price of divergence: where the truth peaks and where it ends, means over seeds."""
    rows = []
    for kl_coef in sorted({run["kl_coef"] for run in result["runs"]}):
        runs = [run for run in result["runs"] if run["kl_coef"] == kl_coef]
        looks = [run["looks"] for run in runs]
        best = [max(zip(seen["truth"], seen["kl"], strict=True)) for seen in looks]
        values = (
            fmean(seen["truth"][0] for seen in looks),
            fmean(truth for truth, _ in best),
            fmean(seen["truth"][-1] for seen in looks),
            fmean(seen["proxy"][-1] - seen["proxy"][0] for seen in looks),
        )
        nats = (fmean(kl for _, kl in best), fmean(seen["kl"][-1] for seen in looks))
        cells = [f"{value:+.2f}" for value in values]
        rows.append([f"{kl_coef:g}", *cells, *(f"{value:.1f}" for value in nats)])
    header = ("beta", "true at the start", "at its best", "at the end", "proxy gain")
    return table((*header, "nats at the best", "at the end"), rows)


TABLES: dict[str, Sequence[Callable[[dict[str, Any]], str]]] = {
    "reward-model": (reward_model_table,),
    "ppo": (ppo_summary_table, ppo_table),
    "ptx": (ptx_table,),
    "overoptimisation": (overoptimisation_table,),
}


def signed(interval: Interval) -> str:
    return f"{interval.value:+.3f} [{interval.low:+.3f}, {interval.high:+.3f}]"


def gain_cell(gain: dict[str, float]) -> str:
    return f"{gain['value']:+.2f} [{gain['low']:+.2f}, {gain['high']:+.2f}]"


def share_cell(interval: Interval) -> str:
    return f"{interval.value:.0%} [{interval.low:.0%}, {interval.high:.0%}]"
