"""What the home page counts: what was collected, and what came of it."""

from labeling.selectors.overview import collected_counts
from training.models import ModelVersion, Run
from training.models.runs import LIVE_STATES


def overview_counts() -> dict[str, int]:
    """Seven queries, each a plain count."""
    return {
        **collected_counts(),
        "runs_live": Run.objects.filter(state__in=LIVE_STATES).count(),
        "model_versions": ModelVersion.objects.count(),
    }
