"""The Celery application: queue "default" for short work, queue "gpu" for the doorbell of runs."""

import os

from celery import Celery

from config.beat import every
from config.sign_of_life import begin_to_show_life

__all__ = ["app", "begin_to_show_life"]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("concord", amqp="config.broker:EagerAMQP")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["labeling", "training"])
# Nothing piles up for ever while no worker is there. Whoever takes a message judges its age by its
# own clock, so the limit is longer than clocks are wrong: two hours ahead, a worker drops nothing.
EXPIRES_SECONDS = 3 * 3600
PERIODIC = {
    # Twice within the five seconds in which a queued run shall start once the broker is back.
    "training.dispatch": 2.0,
    "training.reap": 15.0,
    # Goes on with imports of prompts.
    "labeling.import_prompts": 5.0,
    # Goes on with imports of judgments.
    "labeling.import_judgments": 5.0,
    # Goes on with exports of snapshots.
    "training.export": 5.0,
    # Freezes what a person asked for, who waits for it.
    "training.freeze": 1.0,
    # Takes the steps of rounds whose condition is met.
    "training.advance_rounds": 5.0,
    # Prompts that were stored before there were checks.
    "labeling.check_prompts": 60.0,
    # Keeps the agreement figures up to date.
    "labeling.refresh_agreement": 30.0,
    # Whether a labeler could label now.
    "labeling.try_labeling": 60.0,
}
app.conf.beat_scheduler = "config.beat:SteadyScheduler"
app.conf.beat_schedule = {
    task: {"task": task, "options": {"expires": EXPIRES_SECONDS}, **every(seconds)}
    for task, seconds in PERIODIC.items()
}
