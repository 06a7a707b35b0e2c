"""Browser routes of the Voice page."""

from django.urls import path

from tts import views

app_name = "tts"

urlpatterns = [
    path("", views.voice, name="voice"),
    path("preview/", views.preview, name="preview"),
    path("preview/<uuid:request_id>/", views.preview_state, name="preview_state"),
    path("requests/<uuid:request_id>/", views.request_card, name="request"),
    path("requests/<uuid:request_id>/cancel/", views.cancel, name="cancel"),
]
