"""Lists pictures in Django's admin, read-only."""

from datetime import UTC, datetime

from django.contrib import admin
from django.http import HttpRequest

from pictures.models import Picture


@admin.register(Picture)
class PictureAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Generic in the stubs only.
    """The list of uploads with readable times. Rows are measurements, so nothing can be changed here."""

    list_display = ("id", "trial", "endpoint", "state", "reason", "executions", "received", "started", "finished")
    list_filter = ("state", "endpoint", "trial")
    search_fields = ("id", "trial")
    ordering = ("-received_at",)
    readonly_fields = ("id", "received", "enqueued", "started", "finished")
    exclude = ("received_at", "enqueued_at", "started_at", "finished_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Picture | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Picture | None = None) -> bool:
        return False

    @admin.display(ordering="received_at")
    def received(self, picture: Picture) -> str:
        return _readable(picture.received_at)

    @admin.display(ordering="enqueued_at")
    def enqueued(self, picture: Picture) -> str:
        return _readable(picture.enqueued_at)

    @admin.display(ordering="started_at")
    def started(self, picture: Picture) -> str:
        return _readable(picture.started_at)

    @admin.display(ordering="finished_at")
    def finished(self, picture: Picture) -> str:
        return _readable(picture.finished_at)


def _readable(at: float | None) -> str:
    """Format a time to the millisecond, in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] if at else "-"
