"""Every URL: the API rooms, health, and the single-page app for the rest."""

from django.urls import URLPattern, URLResolver, include, path

from config import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", pages.healthz, name="healthz"),
    path("readyz", pages.readyz, name="readyz"),
    path("version", pages.version, name="version"),
    path("api/", include("labeling.api.urls")),
    path("api/", include("training.api.urls")),
    path("api/", pages.unknown_endpoint),
    path("api/<path:path>", pages.unknown_endpoint),
    path("", pages.single_page_application, name="home"),
    path("<path:path>", pages.single_page_application),
]

handler400 = "config.pages.bad_request"
handler403 = "config.pages.permission_denied"
handler404 = "config.pages.not_found"
handler500 = "config.pages.server_error"
