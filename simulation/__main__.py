"""`python -m simulation simulate` and `python -m simulation loop`."""

import argparse
import math
import os
import sys
import urllib.error

from simulation.client import ApiError, Client
from simulation.crew import Crew

TOKEN_VARIABLE = "CONCORD_ADMIN_TOKEN"  # noqa: S105 - the name of a variable, not a secret


def count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def noise_level(text: str) -> float:
    level = float(text)
    if not 0 <= level < math.inf:
        raise argparse.ArgumentTypeError("must be a number from 0 up")
    return level


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="simulation", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    simulate = commands.add_parser("simulate", help="simulated labelers work on a ranking project")
    simulate.add_argument("--labelers", type=count, default=5)
    simulate.add_argument("--tasks", type=count, default=40, help="assignments to answer in all")
    simulate.add_argument("--project", help="name of the project; default: the first open one")
    loop = commands.add_parser("loop", help="the whole loop, unattended")
    loop.add_argument("--report", help="also write the table's figures to this JSON file")
    for command in (simulate, loop):
        command.add_argument("--url", default="http://127.0.0.1:8000")
        command.add_argument("--noise", type=noise_level, default=0.5)
        command.add_argument("--seed", type=int, default=1)
    return top


RANKED_KINDS = ("ranking", "toxicity")


def simulate(admin: Client, arguments: argparse.Namespace) -> None:
    projects = [
        project
        for project in admin.pages("projects/", limit=200)
        if project["kind"] in RANKED_KINDS
        # A screening is for its candidates and the researchers alone.
        and project["purpose"] != "screening"
        and project["state"] == "open"
        and arguments.project in (None, project["name"])
    ]
    if not projects:
        wanted = f"named {arguments.project!r}" if arguments.project else "that is open"
        raise SystemExit(f"There is no ranking project {wanted}. Create one under Projects first.")
    project = projects[0]
    crew = Crew(admin, arguments.labelers, arguments.noise, arguments.seed)
    report = crew.shift(project["id"], num_tasks=arguments.tasks)
    print(
        f"{arguments.labelers} simulated labelers stored {report.num_rankings} rankings in "
        f"{project['name']!r} (noise {arguments.noise}, seed {arguments.seed})."
    )
    if report.num_rankings < arguments.tasks:
        print("The queue had no more tasks for them; add tasks under Projects.")


def main() -> None:
    arguments = parser().parse_args()
    token = os.environ.get(TOKEN_VARIABLE)
    if not token:
        raise SystemExit(
            f"Set {TOKEN_VARIABLE} to an admin's API token with the scopes read, manage and label "
            "(./concord manage api_token EMAIL makes one)."
        )
    admin = Client(arguments.url, token)
    try:
        if arguments.command == "simulate":
            simulate(admin, arguments)
        else:
            from simulation.loop import run_loop

            run_loop(admin, arguments)
    except ApiError as error:
        sys.exit(f"Concord refused: {error}")
    except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
        sys.exit(f"Concord does not answer at {arguments.url}: {error}")


if __name__ == "__main__":
    main()
