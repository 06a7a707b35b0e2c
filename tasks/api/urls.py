"""Routes of the REST face of tasks."""

from rest_framework.routers import SimpleRouter

from tasks.api.views import EngineViewSet, TaskKindViewSet, TaskViewSet

#: Paths with converters: with regular expressions, an id that is no UUID would reach the query and end as a 500.
router = SimpleRouter(use_regex_path=False)
router.register("tasks", TaskViewSet, basename="task")
router.register("task-kinds", TaskKindViewSet, basename="task-kind")
router.register("engines", EngineViewSet, basename="engine")

urlpatterns = router.urls
