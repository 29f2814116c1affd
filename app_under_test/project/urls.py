from django.contrib import admin
from django.contrib.staticfiles.views import serve
from django.urls import include, path

from project.effective import config
from project.health import healthz

urlpatterns = [
    path("", include("pictures.urls")),
    path("accounts/", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("config/", config, name="config"),
    path("healthz", healthz, name="healthz"),
    # Django serves the few files of the page and the admin itself: nothing to collect before a lesson.
    path("static/<path:path>", serve, {"insecure": True}),
]
