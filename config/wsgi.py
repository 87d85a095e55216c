"""The WSGI entry point that gunicorn serves."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings

# Every worker measures into a file of its own; the library looks for the place when it is loaded.
settings.METRICS_DIR.mkdir(parents=True, exist_ok=True)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.METRICS_DIR)

from django.core.wsgi import get_wsgi_application  # noqa: E402

application = get_wsgi_application()
