"""Two people, or two clicks, at the same moment: real threads on a real Postgres."""

import uuid
from collections import Counter

import pytest

from labeling.errors import Refused
from labeling.few_shot import Pair
from labeling.models import Demonstration, DemonstrationReview, FewShotSet, Prompt, TaskDescription
from labeling.services.prompt_writing import FewShotDraft, describe_task, write_few_shot_set
from labeling.services.reviews import Verdict, review_demonstration
from tests.cast import make_demonstration, make_demonstration_project, make_task, make_user
from tests.labeling.test_leasing_under_load import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_eight_reviewers_at_once_one_decides(amina):
    written = make_demonstration(make_task(make_demonstration_project()), amina)
    reviewers = [make_user(f"reviewer{n}", role="researcher") for n in range(8)]
    verdict = Verdict("corrected", "", 5, "In the reviewer's words.")

    def decide(reviewer) -> str:
        try:
            review_demonstration(reviewer=reviewer, demonstration_id=written.pk, verdict=verdict)
        except Refused as refusal:
            return refusal.code
        return "decided"

    outcomes = Counter(all_at_once(reviewers, decide))

    assert outcomes == {"decided": 1, "already_reviewed": 7}
    assert DemonstrationReview.objects.count() == 1
    assert Demonstration.objects.filter(superseded_at__isnull=True).count() == 1


def test_a_set_clicked_eight_times_is_stored_once(amina):
    pairs = (Pair("2 + 2", "4"), Pair("3 + 3", "6"))
    draft = FewShotDraft("Add.", pairs, None, uuid.uuid4())

    stored = all_at_once([amina] * 8, lambda author: write_few_shot_set(author=author, draft=draft))

    assert Counter(is_new for _, is_new in stored) == {True: 1, False: 7}
    assert (FewShotSet.objects.count(), Prompt.objects.count()) == (1, 2)
    assert Demonstration.objects.count() == 2


def test_a_description_clicked_eight_times_is_stored_once(amina):
    text = "Somebody wants to know why bread rises."

    all_at_once([amina] * 8, lambda author: describe_task(author=author, text=text))

    assert TaskDescription.objects.count() == 1
