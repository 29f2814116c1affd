from django.urls import path

from pictures import exports, views

urlpatterns = [
    path("", views.page, name="page"),
    path("pictures/sync/", views.upload_sync, name="upload-sync"),
    path("pictures/queue/", views.upload_queue, name="upload-queue"),
    path("pictures/<uuid:picture_id>/", views.picture, name="picture"),
    path("pictures/<uuid:picture_id>/place/", views.place, name="place"),
    path("pictures/<uuid:picture_id>/<slug:name>.jpg", views.variant, name="variant"),
    path("pictures.csv", exports.pictures_csv, name="pictures-csv"),
    path("external_writes.csv", exports.external_writes_csv, name="external-writes-csv"),
    path("counts/", exports.counts, name="counts"),
]
