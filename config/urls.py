"""The routes of the house; each app owns its own."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerSplitView

from accounts.views import console_door
from chatbot.shared_views import shared

_rest: list[URLPattern | URLResolver] = [
    path("", include("accounts.api.urls")),
    path("", include("projects.api.urls")),
    path("", include("tasks.api.urls")),
    path("", include("results.api.urls")),
    path("", include("monitoring.api.urls")),
    path("", include("chatbot.api.urls")),
    path("", include("text2sql.api.urls")),
    path("", include("tts.api.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("monitoring.urls")),
    path("account/", include("accounts.urls")),
    path("projects/", include("projects.urls")),
    path("tasks/", include("tasks.urls")),
    path("results/", include("results.urls")),
    path("chat/", include("chatbot.urls")),
    path("sql/", include("text2sql.urls")),
    path("voice/", include("tts.urls")),
    path("shared/<str:token>/", shared, name="shared"),
    path("i18n/", include("django.conf.urls.i18n")),
    # One door: the admin's own form would not count guesses as the sign-in page does.
    path("admin/login/", console_door),
    path("admin/", admin.site.urls),
    path("api/v1/", include((_rest, "api"))),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("api/redoc/", SpectacularRedocView.as_view(url_name="schema"), name="redoc"),
    path("v1/", include("tasks.api.openai_urls")),
    path("v1/", include("chatbot.api.openai_urls")),
    path("v1/", include("tts.api.openai_urls")),
]
