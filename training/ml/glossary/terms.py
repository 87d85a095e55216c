"""How the glossary of metrics describes one figure. Torch-free: the API and the docs read it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """What a person needs to know of one figure to trust it, or to mistrust the run.

    `name` is the key under which a stage logs it, or its place in the final report, dots between
    keys and `*` for a key that is data. `low` and `high` bound what is healthy, None where that
    side has no bound; `otherwise` says what a departure usually means and what to do. Figures
    with the same `chart` are drawn together; without one they are not drawn.
    """

    name: str
    stages: tuple[str, ...]
    title: str
    meaning: str
    formula: str
    healthy: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    otherwise: str = ""
    source: str = ""
    chart: str = ""
