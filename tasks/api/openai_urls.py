"""Routes under /v1/."""

from django.urls import path

from tasks.api.openai import by_method, delete_model, list_models, retrieve_model

urlpatterns = [
    path("models", list_models, name="openai-models"),
    path("models/<path:name>", by_method(GET=retrieve_model, DELETE=delete_model), name="openai-model"),
]
