"""Browser routes of the SQL pages."""

from django.urls import URLPattern, path

from text2sql import connection_views, knowledge_views, views

app_name = "text2sql"

#: Questions and answers.
_asking: list[URLPattern] = [
    path("", views.ask, name="ask"),
    path("q/<uuid:query_id>/", views.query, name="query"),
    path("q/<uuid:query_id>/card/", views.card, name="card"),
    path("q/<uuid:query_id>/feedback/", views.feedback, name="feedback"),
    path("history/", views.history, name="history"),
]

#: Databases and their schemas.
_connecting: list[URLPattern] = [
    path("connections/", connection_views.connection_list, name="connections"),
    path("connections/new/", connection_views.connection_create, name="connection_create"),
    path("connections/<uuid:connection_id>/", connection_views.connection_detail, name="connection"),
    path("connections/<uuid:connection_id>/edit/", connection_views.connection_update, name="connection_update"),
    path("connections/<uuid:connection_id>/remove/", connection_views.connection_remove, name="connection_remove"),
    path("connections/<uuid:connection_id>/test/", connection_views.connection_test, name="connection_test"),
    path(
        "connections/<uuid:connection_id>/introspect/", connection_views.connection_introspect,
        name="connection_introspect",
    ),
    path("connections/<uuid:connection_id>/notes/", connection_views.connection_note, name="connection_note"),
]  # fmt: skip

#: What was learned.
_learning: list[URLPattern] = [
    path("knowledge/", knowledge_views.knowledge_list, name="knowledge"),
    path("knowledge/new/", knowledge_views.pair_create, name="pair_create"),
    path("knowledge/import/", knowledge_views.knowledge_import, name="knowledge_import"),
    path("knowledge/export/", knowledge_views.knowledge_export, name="knowledge_export"),
    path("knowledge/<uuid:pair_id>/", knowledge_views.pair_update, name="pair"),
    path("knowledge/<uuid:pair_id>/<slug:deed>/", knowledge_views.pair_decide, name="pair_decide"),
    path("evaluations/", knowledge_views.evaluation_list, name="evaluations"),
    path("evaluations/<uuid:run_id>/", knowledge_views.evaluation_detail, name="evaluation"),
]

urlpatterns = [*_asking, *_connecting, *_learning]
