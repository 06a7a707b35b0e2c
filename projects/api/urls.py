"""Routes of the REST face of projects."""

from rest_framework.routers import SimpleRouter

from projects.api.views import ProjectViewSet
from projects.api.views_inside import ProjectActivityViewSet, ProjectKeyViewSet, ProjectMemberViewSet

router = SimpleRouter(use_regex_path=False)
router.register("projects", ProjectViewSet, basename="project")
router.register("projects/<uuid:project_id>/members", ProjectMemberViewSet, basename="project-member")
router.register("projects/<uuid:project_id>/activity", ProjectActivityViewSet, basename="project-activity")
router.register("projects/<uuid:project_id>/keys", ProjectKeyViewSet, basename="project-key")

urlpatterns = router.urls
