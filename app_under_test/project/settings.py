"""The settings of the app under test: the only place that reads the environment."""

import time
from pathlib import Path
from urllib.parse import quote

import environ
from django.core.management.utils import get_random_secret_key

from project import profiles

env = environ.Env()

# Names that any project may use, whose values Celery's command line copies over this app's own before it loads them.
TAKEN_BY_CELERY = [
    name
    for name in ("BROKER_URL", "RESULT_BACKEND", "LOADER", "CONFIG_MODULE")
    if env.ENVIRON.get(name) and env.ENVIRON[name] == env.ENVIRON.get(f"CELERY_{name}")
]

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

# A key made at start: signed cookies end with the process, but nobody knows the key.
SECRET_KEY = env("DJANGO_SECRET_KEY", default="") or get_random_secret_key()
DEBUG = env.bool("DJANGO_DEBUG", default=False)
ALLOWED_HOSTS = env.list("DJANGO_ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "accounts",
    "pictures",
]
MIDDLEWARE = [
    # First, so that errors of the others become JSON as well.
    "project.problems.JsonErrorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "project.problems.LengthRequiredMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
STATIC_URL = "static/"
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "admin:login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"one_line": {"()": "project.problems.ClientErrorsInOneLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["one_line"]}},
    "root": {"handlers": ["console"], "level": env("DJANGO_LOG_LEVEL", default="INFO")},
}

HTTPS = env.bool("DJANGO_HTTPS", default=False)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SILENCED_SYSTEM_CHECKS = (
    []
    if HTTPS
    else [
        "security.W004",  # No HSTS: it would lock browsers out of plain http://localhost.
        "security.W008",  # No redirect to https: nothing terminates TLS on a laptop.
        "security.W012",  # A secure-only session cookie would never be sent over plain http.
        "security.W016",  # The same for the CSRF cookie.
    ]
)

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{quote(str(VAR_DIR / 'db.sqlite3'))}")}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Web and worker processes keep their connections: by default the web server opens one per request, Celery two per task.
DATABASES["default"]["CONN_MAX_AGE"] = None
CELERY_DB_REUSE_MAX = 1_000_000
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Writers queue up instead of failing: an upgrade from reading to writing would fail at once under WAL.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;",
    }
    Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)

MEDIA_ROOT = env("MEDIA_ROOT", default=str(VAR_DIR / "media"))
STORAGES = {
    "default": {
        "BACKEND": "pictures.storage.WholeFileStorage",
        # A second execution of a picture writes the same names.
        "OPTIONS": {"allow_overwrite": True},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=20_000_000)
# A client whose request is not whole by then is turned away; the web process does other things meanwhile.
REQUEST_LIMIT_S = env.float("REQUEST_LIMIT_S", default=20.0)
UPLOAD_MAX_PIXELS = env.int("UPLOAD_MAX_PIXELS", default=50_000_000)

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = "Queuelab <welcome@localhost>"

EXTERNAL_RESOURCE_URL = env("EXTERNAL_RESOURCE_URL", default="http://127.0.0.1:9000")
EXTERNAL_RESOURCE_TIMEOUT_S = env.float("EXTERNAL_RESOURCE_TIMEOUT_S", default=10.0)
EXPORT_TOKEN = env("EXPORT_TOKEN", default="")
CLOCK_OFFSET_NS: int = env.int("CLOCK_OFFSET_NS", default=time.time_ns() - time.monotonic_ns())

CELERY_BROKER_URL = env("CELERY_BROKER_URL", default="redis://localhost:6379/0")
BROKER_IS_REDIS = CELERY_BROKER_URL.startswith(("redis://", "rediss://"))
CELERY_RESULT_BACKEND = env("CELERY_RESULT_BACKEND", default=CELERY_BROKER_URL if BROKER_IS_REDIS else None)
CELERY_TASK_IGNORE_RESULT = True  # The picture's row holds the outcome; a stored result would be a second one.
CELERY_TIMEZONE = "UTC"
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]  # Unpickling a forged message would execute it.
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# RabbitMQ alone knows types. Quorum queues are declared with a topic exchange, or Celery warns of late delivery.
CELERY_TASK_DEFAULT_QUEUE_TYPE = env("CELERY_TASK_DEFAULT_QUEUE_TYPE", default="classic")
if CELERY_TASK_DEFAULT_QUEUE_TYPE == "quorum":
    CELERY_TASK_DEFAULT_EXCHANGE_TYPE = "topic"

QUEUE_PROFILE = env("QUEUE_PROFILE", default="safe")
RELIABLE_DELIVERY = QUEUE_PROFILE == "safe"
vars().update(profiles.celery_settings(QUEUE_PROFILE, redis=BROKER_IS_REDIS))
CELERY_WORKER_PREFETCH_MULTIPLIER = env.int(
    "CELERY_WORKER_PREFETCH_MULTIPLIER", default=profiles.prefetch(QUEUE_PROFILE)
)
# Beyond this many waiting pictures the app refuses more: a promise that takes hours to keep is none.
QUEUE_MOST_WAITING = env.int("QUEUE_MOST_WAITING", default=5_000)
# A stack of mode sync has no workers, so the page does not offer the queue endpoint.
QUEUE_HAS_WORKERS = env.bool("QUEUE_HAS_WORKERS", default=True)
# A picture that kills its worker each time must not do so forever.
MOST_EXECUTIONS = env.int("MOST_EXECUTIONS", default=3)
# Of one process that works on pictures, in profile safe; enough for any picture that the app accepts.
MOST_MEMORY_MB = profiles.memory_limit_mb(env.int("MOST_MEMORY_MB", default=2_000))
# What waits in the database for longer than this, and not in the queue, is published again.
SWEEP_AFTER_S = env.float("SWEEP_AFTER_S", default=3.0)
