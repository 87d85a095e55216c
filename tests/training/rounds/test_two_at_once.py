"""Two admins who give the same name at the same moment: the second is told so."""

import threading

import pytest
from django.db import connection, connections, transaction

from tests.cast import client_of
from tests.training.processes import wait_until
from tests.training.rounds.boards import post
from training.models import Round, StandingRewardModel

pytestmark = pytest.mark.django_db(transaction=True)

WAITING = """
SELECT count(*) FROM pg_locks
WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))
"""


def is_waited_for():
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone()[0] > 0


def answer_meanwhile(store, ask):
    """What somebody hears who has asked before the other one's name was stored for good."""
    answers = []

    def other():
        answers.append(ask())
        connections.close_all()

    thread = threading.Thread(target=other)
    with transaction.atomic():
        store()
        thread.start()
        wait_until(is_waited_for)
    thread.join(timeout=60)
    [answer] = answers
    return answer.status_code, answer.json()["code"]


def test_of_two_rounds_of_one_name_the_second_is_refused(ada, body):
    def store():
        Round.objects.create(
            name=body["name"],
            policy_id=body["policy"],
            project_id=body["project"],
            prompts_id=body["prompts"],
            num_prompts=3,
            completions_per_prompt=4,
            min_rankings=1,
            created_by=ada,
        )

    answer = answer_meanwhile(store, lambda: post(ada, "", body))

    assert answer == (409, "name_taken")


def test_of_two_standing_reward_models_of_one_name_the_second_is_refused(ada, base_model):
    def store():
        StandingRewardModel.objects.create(
            name="Always new", start=base_model, min_rankings=1, created_by=ada
        )

    def ask():
        asked = {"name": "Always new", "start": str(base_model.pk)}
        return client_of(ada).post("/api/standing-reward-models/", asked, format="json")

    assert answer_meanwhile(store, ask) == (409, "name_taken")
