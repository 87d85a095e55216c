"""The command line: which word does what, and how an end is reported."""

import argparse
import signal
import sys
from collections.abc import Callable, Sequence

from launcher import checking, demo, models, passing, testing
from launcher.errors import LauncherRefusal
from launcher.layout import Layout, find_layout
from launcher.screen import say

INTERRUPTED = 130
OVERVIEW = """\
usage: ./concord COMMAND

  demo [--port 8000]     set up, start everything on this machine, print sign-in links
  dev [--port 8000]      the demo, with changed Python and frontend sources shown at once
  test [PYTEST ARGS]     set up, start services of its own, run the whole suite
  test chaos             inject faults; prints and writes docs/faults.md
  check                  ruff, mypy, walls, eslint, tsc, vitest, first load, drift: one table
  screenshots [NAMES]    take the pictures of the guides again
  manage COMMAND ...     Django's commands, with the database they need
  simulate [ARGS]        simulated labelers work through the public API
  loop [ARGS]            the whole loop unattended: rank, reward model, PPO, rank again
  model fetch NAME       fetch and convert an embedded model ({names})

State, secrets and logs lie in .concord/ (CONCORD_STATE_DIR moves it). DATABASE_URL and REDIS_URL,
where given, are used instead of the embedded services. docs/operations.md says the rest.
"""


def main(arguments: Sequence[str]) -> int:
    # A service manager's stop and a closed terminal end things as orderly as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Under nohup it is ignored on purpose.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    try:
        return run(find_layout(), arguments)
    except LauncherRefusal as refusal:
        say(f"\n{refusal}", stream=sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("Stopped.", stream=sys.stderr)
        return INTERRUPTED


def run(layout: Layout, arguments: Sequence[str]) -> int:
    commands: dict[str, Callable[[Layout, Sequence[str]], int]] = {
        "demo": _demo,
        "dev": lambda where, rest: _demo(where, rest, is_development=True),
        "test": _test,
        "check": _check,
        "screenshots": _screenshots,
        "manage": passing.manage,
        "simulate": passing.simulate,
        "loop": passing.loop,
        "model": _model,
    }
    overview = OVERVIEW.format(names=", ".join(model.name for model in models.MODELS))
    if not arguments or arguments[0] in {"help", "-h", "--help"}:
        say(overview)
        return 0
    if arguments[0] not in commands:
        say(f"There is no command {arguments[0]!r}.\n\n{overview}", stream=sys.stderr)
        return 2
    return commands[arguments[0]](layout, arguments[1:])


def _demo(layout: Layout, arguments: Sequence[str], *, is_development: bool = False) -> int:
    parser = argparse.ArgumentParser(prog=f"./concord {'dev' if is_development else 'demo'}")
    parser.add_argument("--port", type=port_number, default=8000, help="where the site is served")
    options = parser.parse_args(arguments)
    return demo.demo(layout, port=options.port, is_development=is_development)


def _test(layout: Layout, arguments: Sequence[str]) -> int:
    if arguments[:1] == ["chaos"]:
        return testing.chaos(layout, pytest_arguments=arguments[1:])
    return testing.test(layout, pytest_arguments=arguments)


def _check(layout: Layout, arguments: Sequence[str]) -> int:
    argparse.ArgumentParser(prog="./concord check").parse_args(arguments)
    return checking.check(layout)


def _screenshots(layout: Layout, arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./concord screenshots", description="Take the pictures of the guides again."
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="a picture of docs/images without its ending; without any, all of them are taken",
    )
    return testing.screenshots(layout, names=parser.parse_args(arguments).names)


def _model(layout: Layout, arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./concord model")
    parser.add_argument("action", choices=["fetch"])
    parser.add_argument("name", help=", ".join(model.name for model in models.MODELS))
    options = parser.parse_args(arguments)
    return passing.fetch_model(layout, options.name)


def port_number(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return port
