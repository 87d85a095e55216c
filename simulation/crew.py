"""A crew of simulated labelers: their accounts, their tokens, and a shift of work."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from simulation.client import Client
from simulation.labeler import SimulatedLabeler, WorkReport
from simulation.preferences import NoisyPreference

TOKEN_DAYS = 2


@dataclass(frozen=True)
class Crew:
    """How many labelers there are and how noisily they see the same true preference."""

    admin: Client
    num_labelers: int
    noise: float
    seed: int
    name: str = "simulated"
    demonstrations: Mapping[str, str] = field(default_factory=dict)

    def hire(self) -> list[SimulatedLabeler]:
        """Open one flagged account per labeler, or take the one from an earlier shift."""
        known = {
            person["email"]: person["id"]
            for person in self.admin.pages("people/", limit=200)
            if person["is_simulated"]
        }
        return [self._labeler(number, known) for number in range(self.num_labelers)]

    def shift(self, project: int, *, num_tasks: int) -> WorkReport:
        """Let all labelers work on a project at once until ``num_tasks`` assignments are done.

        The tasks are split evenly; a labeler who finds the queue empty stops early.
        """
        labelers = self.hire()
        shares = [num_tasks // len(labelers)] * len(labelers)
        for index in range(num_tasks % len(labelers)):
            shares[index] += 1
        with ThreadPoolExecutor(max_workers=len(labelers)) as pool:
            reports = pool.map(
                lambda pair: pair[0].work(project, at_most=pair[1]),
                zip(labelers, shares, strict=True),
            )
            total = WorkReport()
            for report in reports:
                total.num_rankings += report.num_rankings
                total.num_demonstrations += report.num_demonstrations
                total.num_skipped += report.num_skipped
        return total

    def _labeler(self, number: int, known: Mapping[str, int]) -> SimulatedLabeler:
        email = f"{self.name}-{number + 1}@simulated.invalid"
        person = known.get(email)
        if person is None:
            person = self.admin.post(
                "people/",
                {
                    "email": email,
                    "display_name": f"{self.name.capitalize()} {number + 1}",
                    "role": "labeler",
                    "pool": "training",
                    "is_simulated": True,
                },
            )["id"]
        token = self.admin.post(
            "tokens/",
            {
                "user": person,
                "name": "simulation",
                "scopes": ["label"],
                "expires_in_days": TOKEN_DAYS,
            },
        )
        return SimulatedLabeler(
            client=self.admin.as_account(token["token"]),
            preference=NoisyPreference(noise=self.noise),
            seed=self.seed * 1000 + number,
            demonstrations=self.demonstrations,
        )
