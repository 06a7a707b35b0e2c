"""Routes under /v1/."""

from django.urls import path

from tasks.api.openai import list_models, retrieve_model

urlpatterns = [
    path("models", list_models, name="openai-models"),
    path("models/<path:name>", retrieve_model, name="openai-model"),
]
