"""Routes under /api/v1/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from chatbot.api.comparing import CompareView, PreferencesView, VoteView
from chatbot.api.deviation import DeviationBlockViewSet
from chatbot.api.files import UploadedFileViewSet
from chatbot.api.imports import ImportViewSet
from chatbot.api.memories import MemoryViewSet
from chatbot.api.shares import ShareLinkViewSet
from chatbot.api.views import ConversationViewSet, MessageViewSet

router = SimpleRouter(use_regex_path=False)
router.register("conversations", ConversationViewSet, basename="conversation")
router.register("messages", MessageViewSet, basename="message")
router.register("files", UploadedFileViewSet, basename="file")
router.register("imports", ImportViewSet, basename="import")
router.register("shares", ShareLinkViewSet, basename="share")
router.register("deviation/blocks", DeviationBlockViewSet, basename="deviation-block")
router.register("memories", MemoryViewSet, basename="memory")

urlpatterns = [
    *router.urls,
    path("conversations/<uuid:pk>/compare/", CompareView.as_view(), name="conversation-compare"),
    path("messages/<uuid:pk>/vote/", VoteView.as_view(), name="message-vote"),
    path("chat/preferences/", PreferencesView.as_view(), name="chat-preferences"),
]
