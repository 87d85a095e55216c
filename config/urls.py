"""Every URL: the API rooms, health, and the single-page app for the rest."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("labeling.api.urls")),
    path("api/", include("training.api.urls")),
]
