"""What somebody who looks at a run should hear first."""

from training.ml.hyperparameters import HyperparameterError, parse, warnings
from training.models import Run

# How the event of a warning begins that the trainer gave while it ran.
WARNING = "warning: "


def warnings_of(run: Run) -> list[str]:
    """Of its hyperparameters, then of its course. No query where its events are there."""
    details = [event.detail for event in run.events.all()]
    of_its_course = [one.removeprefix(WARNING) for one in details if one.startswith(WARNING)]
    return [*_of_its_hyperparameters(run), *of_its_course]


def _of_its_hyperparameters(run: Run) -> list[str]:
    """An earlier release may have taken values that this one refuses: then why it does."""
    try:
        return warnings(run.stage, parse(run.stage, run.spec["hyperparameters"]))
    except HyperparameterError as error:
        message = (
            f"{error.field}: {error.message}. This release would not start the run with the "
            "hyperparameters that it has stored, and cannot retry it as it is."
        )
        return [message]
