"""Routes of the REST face of results."""

from rest_framework.routers import SimpleRouter

from results.api.views import ResultViewSet

router = SimpleRouter(use_regex_path=False)
router.register("results", ResultViewSet, basename="result")

urlpatterns = router.urls
