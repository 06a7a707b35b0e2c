"""Routes under /api/v1/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from tts.api.views import AudioRequestViewSet, VoiceListView

router = SimpleRouter(use_regex_path=False)
router.register("audio-requests", AudioRequestViewSet, basename="audio-request")

urlpatterns = [*router.urls, path("voices/", VoiceListView.as_view(), name="voice-list")]
