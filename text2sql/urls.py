"""Browser routes of the SQL pages."""

from django.urls import URLPattern, path

from text2sql import views

app_name = "text2sql"

#: Questions and answers.
_asking: list[URLPattern] = [
    path("", views.ask, name="ask"),
    path("q/<uuid:query_id>/", views.query, name="query"),
    path("q/<uuid:query_id>/card/", views.card, name="card"),
    path("q/<uuid:query_id>/feedback/", views.feedback, name="feedback"),
    path("history/", views.history, name="history"),
]

urlpatterns = _asking
