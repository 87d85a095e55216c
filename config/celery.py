"""The Celery application: queue "default" for short work, queue "gpu" for the doorbell of runs."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("concord")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["labeling", "training"])
app.conf.beat_schedule = {
    "dispatch queued runs": {"task": "training.dispatch", "schedule": 5.0},
    "reap runs whose lease ran out": {"task": "training.reap", "schedule": 15.0},
    # A ring that waited longer than until the next one is dropped, so none pile up.
    "go on with imports of prompts": {
        "task": "labeling.import_prompts",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "check prompts stored before the checks": {
        "task": "labeling.check_prompts",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
}
