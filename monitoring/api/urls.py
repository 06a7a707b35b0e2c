"""Routes of the REST face of monitoring."""

from rest_framework.routers import SimpleRouter

from monitoring.api.views import InteractionViewSet

router = SimpleRouter(use_regex_path=False)
router.register("interactions", InteractionViewSet, basename="interaction")

urlpatterns = router.urls
