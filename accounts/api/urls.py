"""Routes of the REST face of accounts."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from accounts.api.views import AccountView, ApiKeyViewSet, UsageView

router = SimpleRouter(use_regex_path=False)
router.register("api-keys", ApiKeyViewSet, basename="api-key")

urlpatterns = [
    path("account/", AccountView.as_view(), name="account"),
    path("account/usage/", UsageView.as_view(), name="account-usage"),
    *router.urls,
]
