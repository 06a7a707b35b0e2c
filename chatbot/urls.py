"""Browser routes of the Chat page."""

from django.urls import path

from chatbot import imports_views, scope_views, standing_views, views

app_name = "chatbot"

urlpatterns = [
    path("", views.new_chat, name="new"),
    path("list/", views.conversation_list, name="list"),
    path("recent/", views.recent, name="recent"),
    path("import/", imports_views.imports, name="imports"),
    path("import/<uuid:run_id>/", imports_views.import_run, name="import"),
    path("import/<uuid:run_id>/confirm/", imports_views.confirm, name="import_confirm"),
    path("import/<uuid:run_id>/cancel/", imports_views.cancel, name="import_cancel"),
    path("import/<uuid:run_id>/delete/", imports_views.delete, name="import_delete"),
    path("standing/", standing_views.standing, name="standing"),
    path("standing/note/", standing_views.standing_note, name="standing_note"),
    path("standing/<uuid:block_id>/appeal/", standing_views.appeal, name="appeal"),
    path("projects/<uuid:project_id>/scope/", scope_views.project_scope, name="project_scope"),
    path("<uuid:conversation_id>/", views.chat, name="conversation"),
]
