"""The routes of the knowledge base alone, as the house includes them."""

from django.urls import include, path

from text2sql.api import knowledge_urls

urlpatterns = [path("api/v1/", include((knowledge_urls.urlpatterns, "api")))]
