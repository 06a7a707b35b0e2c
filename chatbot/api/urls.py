"""Routes under /api/v1/."""

from rest_framework.routers import SimpleRouter

from chatbot.api.files import UploadedFileViewSet
from chatbot.api.memories import MemoryViewSet
from chatbot.api.views import ConversationViewSet, MessageViewSet

router = SimpleRouter(use_regex_path=False)
router.register("conversations", ConversationViewSet, basename="conversation")
router.register("messages", MessageViewSet, basename="message")
router.register("files", UploadedFileViewSet, basename="file")
router.register("memories", MemoryViewSet, basename="memory")

urlpatterns = router.urls
