"""manage.py seed_demo: fill an empty database so that a labeler can start at once."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from labeling.services import demo, demo_work
from labeling.services.prompt_checks import check_stored_prompts


class Command(BaseCommand):
    help = (
        "Open the demo's accounts, store its prompts, completions and projects where they are "
        "missing, and print one JSON line with a one-time sign-in link per person."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Idempotent: only the links are new each time."""
        people = demo.ensure_cast()
        self.stdout.write(f"{demo.seed_prompts()} new prompts")
        # An earlier start may have stored its prompts before they were looked at; until they are,
        # no task can be made of them.
        while check_stored_prompts():
            pass
        self.stdout.write(f"{demo.seed_completions().num_stored} new completions")
        self.stdout.write(f"{demo.seed_demonstrations()} new demonstrations")
        for project in demo.seed_projects(created_by=people[0]):
            self.stdout.write(f"new project: {project.name}")
        cast = {member.display_name.casefold(): member for member in people}
        for part in demo_work.seed_work(people=cast):
            self.stdout.write(f"new: {part}")
        for link in demo.fresh_links([*people, *demo_work.candidates()]):
            self.stdout.write(json.dumps(link))
