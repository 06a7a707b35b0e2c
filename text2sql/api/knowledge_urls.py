"""Routes of the knowledge base under /api/v1/."""

from rest_framework.routers import SimpleRouter

from text2sql.api.knowledge_evaluations import EvaluationViewSet
from text2sql.api.knowledge_views import SqlKnowledgeViewSet

router = SimpleRouter(use_regex_path=False)
router.register("sql-knowledge", SqlKnowledgeViewSet, basename="sql-knowledge")
router.register("sql-evaluations", EvaluationViewSet, basename="sql-evaluation")

urlpatterns = router.urls
