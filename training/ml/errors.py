"""Why a job ends early, in the words its result carries."""


class BadInput(ValueError):
    """A file, record or option of the job cannot be used as it is."""


class NonFinite(RuntimeError):
    """A loss, reward or gradient is not a number any more."""


class KlCeilingExceeded(RuntimeError):
    """The policy has moved further from its reference than the run allows."""


class SamplerMismatch(RuntimeError):
    """Answers were drawn from other probabilities than those that are trained."""


class StopRequested(Exception):
    """The run was asked to stop and has written its checkpoint."""

    def __init__(self, reason: str, steps: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.steps = steps
