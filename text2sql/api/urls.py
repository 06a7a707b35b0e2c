"""Routes under /api/v1/."""

from rest_framework.routers import SimpleRouter

from text2sql.api import knowledge_urls
from text2sql.api.connections import DatabaseConnectionViewSet
from text2sql.api.queries import QueryExportViewSet, QueryViewSet

router = SimpleRouter(use_regex_path=False)
router.register("database-connections", DatabaseConnectionViewSet, basename="database-connection")
router.register("queries", QueryViewSet, basename="query")
router.register("query-exports", QueryExportViewSet, basename="query-export")

urlpatterns = [*router.urls, *knowledge_urls.urlpatterns]
