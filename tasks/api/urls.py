"""Routes of the REST face of tasks."""

from rest_framework.routers import SimpleRouter

from tasks.api.views import EngineViewSet, TaskKindViewSet, TaskViewSet

router = SimpleRouter()
router.register("tasks", TaskViewSet, basename="task")
router.register("task-kinds", TaskKindViewSet, basename="task-kind")
router.register("engines", EngineViewSet, basename="engine")

urlpatterns = router.urls
