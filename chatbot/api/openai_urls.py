"""OpenAI-compatible routes of the chat, under /v1/."""

from django.urls import path

from chatbot.api.openai import chat_completions, embeddings, responses

urlpatterns = [
    path("chat/completions", chat_completions, name="openai-chat-completions"),
    path("embeddings", embeddings, name="openai-embeddings"),
    path("responses", responses, name="openai-responses"),
]
