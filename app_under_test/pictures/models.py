"""The table that both endpoints write."""

import uuid

from django.db import models


class Endpoint(models.TextChoices):
    """The endpoint that received a picture."""

    SYNC = "sync"
    QUEUE = "queue"


class State(models.TextChoices):
    """The state of a picture."""

    QUEUED = "queued"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


class Picture(models.Model):
    """One uploaded picture and what became of it. Times are Unix seconds by the clock of the app."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    """The client's Idempotency-Key, so that the same upload sent twice is one row."""
    trial = models.CharField(max_length=100, blank=True)
    endpoint = models.CharField(max_length=5, choices=Endpoint)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=40, blank=True)
    executions = models.PositiveIntegerField(default=0)
    """How often the work was started: more than once after a worker died."""
    received_at = models.FloatField()
    enqueued_at = models.FloatField(null=True, blank=True)
    started_at = models.FloatField(null=True, blank=True)
    external_at = models.FloatField(null=True, blank=True)
    """When its sizes were stored and the external resource was called; empty unless it became ready."""
    finished_at = models.FloatField(null=True, blank=True)
    republished_at = models.FloatField(null=True, blank=True)
    """When it was last put on the queue again, because its message had been lost."""
    node = models.CharField(max_length=255, blank=True)
    """The Celery node that last began the work; empty at the sync endpoint."""
    process_id = models.CharField(max_length=30, blank=True)
    """The process that last began it."""
    original = models.FileField()
    sha256 = models.CharField(max_length=64, blank=True)
    """Of the original, by which another picture with the same key is known; empty in rows of older versions."""

    class Meta:
        indexes = [
            models.Index(fields=["trial", "received_at"], name="picture_export"),
            models.Index(fields=["trial", "finished_at"], name="picture_finished_since"),
            # Few pictures are unfinished at a time, and the sweeper looks for them each second. Not a partial index of
            # these: SQLite takes one only for a condition that it can prove, and a state comes as a parameter.
            models.Index(fields=["state", "received_at"], name="picture_state"),
        ]

    def __str__(self) -> str:
        return f"{self.id} ({self.state})"
