"""manage.py check_prompts: no key may be in two splits (R6), and nothing may be left unchecked."""

from typing import Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from labeling.counting_words import are, count_of
from labeling.selectors.prompts import keys_in_two_splits
from labeling.services.prompt_checks import check_stored_prompts
from labeling.text_hygiene import CapBy


class Command(BaseCommand):
    help = (
        "Check prompts stored before there were checks, then list every key with prompts in two "
        "splits. Ends with 1 when there is such a key; meant to run every night."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        num_checked = 0
        while num := check_stored_prompts():
            num_checked += num
        self.stdout.write(f"{num_checked} prompts newly checked")
        keys = keys_in_two_splits(cap_by=cast(CapBy, settings.PROMPT_CAP_BY))
        for key in keys:
            self.stdout.write(key)
        if keys:
            raise CommandError(
                f"{count_of(len(keys), 'key')} {are(len(keys))} in two splits; see the lines above."
            )
        self.stdout.write("0 keys are in two splits")
