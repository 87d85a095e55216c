"""`./concord demo`: from a clone to a site that can be clicked, and back to nothing on Ctrl-C."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from launcher import checks, environment, frontend, models, screen, stack, state
from launcher.errors import LauncherRefusal
from launcher.layout import Layout


@dataclass(frozen=True)
class Link:
    role: str
    name: str
    path: str


def demo(layout: Layout, *, port: int, is_development: bool = False) -> int:
    """Set up whatever is missing, start everything and stay until a signal ends it.

    For development the web reads changed Python sources again, and a server of the frontend's own
    shows changed ones at once; both beside the built site.
    """
    check_machine(layout)
    with hold_or_refuse(layout):
        checks.check_web_port(port)
        set_up(layout)
        settings = chosen_settings(layout, port)
        with stack.supervised(layout, settings) as running:
            links = start_everything(running, web_flags=("--reload",) if is_development else ())
            url = running.start_frontend_server() if is_development else running.web_url()
            say_welcome(running, links, url=url)
            stack.watch(running.supervisor)
    return 0


def check_machine(layout: Layout) -> None:
    checks.check_system()
    checks.check_writable(layout.state)
    checks.check_disk(layout.state, needed_bytes=checks.RUNNING_BYTES, purpose="Concord")
    stack.say_who_runs_the_services()


def set_up(layout: Layout) -> None:
    """The part of a start that depends on the sources only; seconds when nothing changed."""
    environment.ensure_environment(layout, for_development=False)
    frontend.ensure_frontend(layout)


def chosen_settings(layout: Layout, port: int) -> state.Settings:
    settings = state.with_free_service_ports(layout, state.ensure_settings(layout))
    settings = replace(settings, web_port=port)
    state.write_settings(layout, settings)
    return settings


def start_everything(running: stack.Stack, *, web_flags: tuple[str, ...] = ()) -> list[Link]:
    running.start_services()
    running.migrate()
    # The processes get ready while the content is prepared.
    web = running.start_application(web_flags=web_flags)
    running.register_model(models.find_model(models.DEMO_MODEL))
    links = seed(running)
    running.wait_for_web(web)
    return links


def seed(running: stack.Stack) -> list[Link]:
    """Fill an empty database with the demo's content; every start gets fresh sign-in links."""
    links = []
    with screen.step("Preparing the demo's people, prompts and tasks") as step:

        def read(line: str) -> None:
            link = parse_link(line)
            if link is None:
                step.note(line)
            else:
                links.append(link)

        running.run_manage(("seed_demo",), on_line=read)
    return links


def parse_link(line: str) -> Link | None:
    """A line {"role", "name", "url_path"} is a sign-in link; every other line is progress."""
    if not line.startswith("{"):
        return None
    try:
        said = json.loads(line)
        return Link(role=said["role"], name=said["name"], path=said["url_path"])
    except (ValueError, KeyError):
        return None


def say_welcome(running: stack.Stack, links: list[Link], *, url: str) -> None:
    screen.say()
    screen.say(f"Concord runs at {url}")
    if links:
        screen.say("Sign in with one of these links. Each works once; a new start makes new ones.")
        width = max(len(f"{link.role} {link.name}") for link in links)
        for link in links:
            screen.say(f"  {f'{link.role} {link.name}':<{width}}  {url}{link.path}")
    screen.say(f"Metrics for Prometheus: {running.metrics_url()}")
    screen.say(f"Logs: {running.layout.logs}   Data and secrets: {running.layout.state}")
    screen.say("Stop: Ctrl-C. The data is kept for the next start.")


@contextmanager
def hold_or_refuse(layout: Layout) -> Iterator[None]:
    """The lock of the state folder, or one sentence about who holds it."""
    with ExitStack() as held:
        try:
            held.enter_context(state.hold_lock(layout))
        except state.StateInUseError as in_use:
            raise refusal_for(layout, in_use) from in_use
        yield


def refusal_for(layout: Layout, in_use: state.StateInUseError) -> LauncherRefusal:
    port = state.ensure_settings(layout).web_port
    return LauncherRefusal(
        f"Concord already runs from this folder (pid {in_use.pid}), at http://127.0.0.1:{port} "
        "unless it is still starting.",
        f"open it there, or stop it first: Ctrl-C in its terminal, or kill {in_use.pid}.",
    )
