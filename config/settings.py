"""How the processes are wired. Every value comes from the environment (docs/operations.md)."""

from pathlib import Path

from config.env import env_bool, env_choice, env_database, env_int, env_list, env_path, env_text

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env_bool("CONCORD_DEBUG", default=False)
SECRET_KEY = env_text("CONCORD_SECRET_KEY")
ALLOWED_HOSTS = env_list("CONCORD_ALLOWED_HOSTS", "127.0.0.1,localhost")
CSRF_TRUSTED_ORIGINS = env_list("CONCORD_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "labeling",
    "training",
]

MIDDLEWARE = [
    "config.observing.ObserveRequests",
    "django.middleware.security.SecurityMiddleware",
    # Above WhiteNoise, so that the files of the bundle carry the policy too.
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.NeverStoreApiAnswers",
    "config.middleware.RefuseBodiesWithoutLength",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, object]] = []

DATABASES = {"default": env_database("DATABASE_URL")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "labeling.User"
AUTHENTICATION_BACKENDS = ["labeling.api.sessions.AccountBackend"]
SESSION_ENGINE = "labeling.api.sessions"

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

FRONTEND_DIST = BASE_DIR / "frontend" / "dist"
STATIC_URL = "/static/"
STATICFILES_DIRS = [FRONTEND_DIST] if FRONTEND_DIST.is_dir() else []
# The bundle's file names carry their hash, so WhiteNoise serves it straight from the build folder.
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"/assets/.+-[0-9A-Za-z_-]{8}\.[a-z0-9]+$"

# Browser security. The cookies are Secure unless the site is served over plain loopback HTTP.
SECURE_COOKIES = env_bool("CONCORD_SECURE_COOKIES", default=True)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_NAME = "__Host-sessionid" if SECURE_COOKIES else "sessionid"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_COOKIES else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_COOKIES
# TLS ends at the proxy in front; a redirect from here would send its plain requests in circles.
SECURE_SSL_REDIRECT = False
SILENCED_SYSTEM_CHECKS = ["security.W008"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "config.pages.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        # The component library positions its popovers with style attributes.
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "labeling.api.authentication.BearerTokenAuthentication",
        "labeling.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["labeling.api.permissions.IsSignedIn"],
    "DEFAULT_PARSER_CLASSES": ["config.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.api_errors.handle_exception",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Concord",
    "DESCRIPTION": "Human feedback, from the hand to the gradient.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "config.schema.drop_enum_marks",
        "config.schema.describe_errors_in_schema",
    ],
}

# Redis is Celery's doorbell and never the truth: no result backend, no ETA, JSON only.
CELERY_BROKER_URL = env_text("REDIS_URL")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DISABLE_PREFETCH = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_timeout": 5,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
}
CELERY_TASK_ROUTES = {"training.ring": {"queue": "gpu"}}

# Where trained models, snapshots and running jobs live.
STATE_DIR = env_path("CONCORD_STATE_DIR", BASE_DIR / ".concord")
ARTIFACT_ROOT = env_path("CONCORD_ARTIFACT_ROOT", STATE_DIR / "artifacts")
# s3://bucket/prefix where machines share no folder; the folder above is then a copy.
ARTIFACT_BUCKET = env_text("CONCORD_ARTIFACT_BUCKET", "")
RUN_ROOT = env_path("CONCORD_RUN_ROOT", STATE_DIR / "runs")

# What the web's processes have measured; `manage.py serve_metrics` adds it up.
METRICS_DIR = env_path("CONCORD_METRICS_DIR", STATE_DIR / "metrics")
# Where `manage.py backup` is told to write, for its age; none is watched where it is not set.
BACKUP_DIR = Path(folder) if (folder := env_text("CONCORD_BACKUP_DIR", "")) else None
# What a worker touches for as long as it takes messages; nothing where it is not set.
SIGN_OF_LIFE = Path(place) if (place := env_text("CONCORD_SIGN_OF_LIFE", "")) else None

# The base model's tokenizer.json, for the limit on demonstrations; estimated where it is missing.
TOKENIZER_FILE = env_path("CONCORD_TOKENIZER_FILE", STATE_DIR / "tokenizer.json")

# What every prompt goes through before it is stored (R4, R5, R7).
PROMPT_PREFIX_TOKENS = env_int("CONCORD_PROMPT_PREFIX_TOKENS", 64, minimum=8, maximum=1024)
PROMPT_CAP = env_int("CONCORD_PROMPT_CAP", 200, minimum=1)
PROMPT_CAP_BY = env_choice(
    "CONCORD_PROMPT_CAP_BY", "organization", choices=("organization", "user")
)
# The country as whose a telephone number without + is read, for example US.
PHONE_REGION = env_text("CONCORD_PHONE_REGION", "US")

# An answer can be taken back this long; training and statistics read sealed answers only.
TAKE_BACK_SECONDS = env_int("CONCORD_TAKE_BACK_SECONDS", 600)
ASSIGNMENT_LEASE_SECONDS = env_int("CONCORD_ASSIGNMENT_LEASE_SECONDS", 1800, minimum=1)
# A labeler meets an earlier task of theirs again after so many rankings at the earliest.
REPEAT_AFTER_RANKINGS = env_int("CONCORD_REPEAT_AFTER_RANKINGS", 20, minimum=1)

# One attempt at a run: lease, heartbeat, and what this node offers.
RUN_LEASE_SECONDS = env_int("CONCORD_RUN_LEASE_SECONDS", 60, minimum=3)
HEARTBEAT_SECONDS = env_int("CONCORD_HEARTBEAT_SECONDS", 10, minimum=1)
GPU_SLOTS = env_int("CONCORD_GPU_SLOTS", 1, minimum=1)
PROCESSES_PER_RUN = env_int("CONCORD_NPROC_PER_RUN", 1, minimum=1)
# How long a stopping trainer may take for its last checkpoint before it is killed.
RUN_STOP_TIMEOUT_SECONDS = env_int("CONCORD_RUN_STOP_TIMEOUT_SECONDS", 120, minimum=1)
# The wait after a run's first transient failure; it doubles with each further one.
RUN_RETRY_SECONDS = env_int("CONCORD_RUN_RETRY_SECONDS", 30)
# Counted from the first claim, and again from the claim after a pause.
RUN_DEADLINE_SECONDS = env_int("CONCORD_RUN_DEADLINE_SECONDS", 7 * 24 * 3600, minimum=1)
# A run that has made no step for so long, and for ten of its usual steps, is called stalled.
RUN_STALL_SECONDS = env_int("CONCORD_RUN_STALL_SECONDS", 600, minimum=1)
# Written into every run; an image without a git folder sets it.
CODE_REVISION = env_text("CONCORD_CODE_REVISION", "")

LOG_FORMAT = env_choice("CONCORD_LOG_FORMAT", "plain", choices=("plain", "json"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "config.logs.JsonFormatter"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["stderr"], "level": env_text("CONCORD_LOG_LEVEL", "INFO")},
    # They tell on every call where their credentials come from.
    "loggers": {name: {"level": "WARNING"} for name in ("aiobotocore", "botocore")},
}
