"""Work that is asked for again and again, and must not take more than its part of the machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic


class Rest:
    """After some work, a rest so many times as long, but no longer than ``at_most`` seconds.

    Of this process; another one that does the same work rests by itself.
    """

    def __init__(
        self, times: float, at_most: float, clock: Callable[[], float] = monotonic
    ) -> None:
        self._times = times
        self._at_most = at_most
        self._clock = clock
        self._until = clock()

    def is_over(self) -> bool:
        return self._clock() >= self._until

    @contextmanager
    def after(self) -> Iterator[None]:
        """Around the work, which rests after it failed as well."""
        began = self._clock()
        try:
            yield
        finally:
            ended = self._clock()
            self._until = ended + min(self._at_most, self._times * (ended - began))
