from django.apps import AppConfig

from project.memory import keep_memory


class PicturesConfig(AppConfig):
    name = "pictures"

    def ready(self) -> None:
        keep_memory()  # In every process alike: web process, worker and baseline.
