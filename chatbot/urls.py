"""Browser routes of the Chat page."""

from django.urls import path

from chatbot import views

app_name = "chatbot"

urlpatterns = [
    path("", views.new_chat, name="new"),
    path("list/", views.conversation_list, name="list"),
    path("recent/", views.recent, name="recent"),
    path("<uuid:conversation_id>/", views.chat, name="conversation"),
]
