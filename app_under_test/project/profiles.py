"""What a 202 is worth: the queue run so that it keeps the promise, or as Celery comes. Pure."""

from typing import Any

PROFILES = ("safe", "defaults")

#: Work that takes longer is ended; far more than the largest picture needs on a busy machine.
TASK_TIME_LIMIT_S = 30

#: Before that, the task gets an exception and can end by itself.
SOFT_TIME_LIMIT_S = 25

#: A message that nobody has confirmed comes back after this time. It must be longer than the time limit, or one
#: whose task still runs would be delivered again.
REDELIVER_AFTER_S = 40


#: A process that may take less could fail before its first picture.
LEAST_MEMORY_MB = 200


def memory_limit_mb(most: int) -> int:
    """The limit of a process that works on pictures; ValueError if it could not even begin."""
    if most < LEAST_MEMORY_MB:
        raise ValueError(f"MOST_MEMORY_MB must be at least {LEAST_MEMORY_MB}, not {most}.")
    return most


def celery_settings(profile: str, *, redis: bool) -> dict[str, Any]:
    """The settings in which the profiles differ; redis: whether that is the broker."""
    if profile not in PROFILES:
        raise ValueError(f"QUEUE_PROFILE must be one of {', '.join(PROFILES)}, not {profile!r}.")
    if profile == "defaults":
        # Celery 6 will cancel tasks when the connection breaks; 5 warns unless told, and does not.
        return {"CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS": False}
    return {
        # A message is removed when its task has ended, and comes back when the worker process dies before that.
        "CELERY_TASK_ACKS_LATE": True,
        "CELERY_TASK_REJECT_ON_WORKER_LOST": True,
        # No row counts how often sending a mail was started: one that kills its worker would come back forever.
        "CELERY_TASK_ANNOTATIONS": {
            "accounts.tasks.send_welcome_email": {"acks_late": False, "reject_on_worker_lost": False}
        },
        # What is in progress when the connection breaks may end: delivered again, it is found finished.
        "CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS": False,
        # Celery's would end with its node at a message that it cannot read.
        "CELERY_WORKER_CONSUMER": "project.consumer:DiscardingConsumer",
        "CELERY_TASK_SOFT_TIME_LIMIT": SOFT_TIME_LIMIT_S,
        "CELERY_TASK_TIME_LIMIT": TASK_TIME_LIMIT_S,
        # One more attempt, because a connection from the pool may have died since its last use; then the caller is
        # told.
        "CELERY_TASK_PUBLISH_RETRY_POLICY": {"max_retries": 1, "interval_start": 0},
        "CELERY_BROKER_TRANSPORT_OPTIONS": _redis_transport() if redis else {"confirm_publish": True},
    }


def prefetch(profile: str) -> int:
    """Messages in hand per process. With more than one, short tasks wait behind long ones while others idle."""
    return 1 if profile == "safe" else 4


def _redis_transport() -> dict[str, Any]:
    return {
        "visibility_timeout": REDELIVER_AFTER_S,
        # Kombu looks every 100 s unless told otherwise.
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 1,
        "socket_keepalive": True,
        "health_check_interval": 10,
    }
