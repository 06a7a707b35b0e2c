"""Routes of monitoring; they have no prefix, because machines and people look for them at the root."""

from django.urls import path

from monitoring import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics_page, name="metrics"),
]
