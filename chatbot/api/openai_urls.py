"""OpenAI-compatible routes of the chat, under /v1/."""

from django.urls import path

from chatbot.api import openai_stored as stored
from chatbot.api.openai import chat_completions, embeddings, responses
from tasks.api.openai import by_method

_completion = by_method(GET=stored.retrieve_completion, POST=stored.update_completion, DELETE=stored.delete_completion)

urlpatterns = [
    path(
        "chat/completions",
        by_method(POST=chat_completions, GET=stored.list_completions),
        name="openai-chat-completions",
    ),
    path("chat/completions/<str:completion_id>", _completion, name="openai-chat-completion"),
    path("chat/completions/<str:completion_id>/messages", stored.list_messages, name="openai-chat-messages"),
    path("embeddings", embeddings, name="openai-embeddings"),
    path("responses", responses, name="openai-responses"),
]
