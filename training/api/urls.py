"""The routes of this room: each noun's module lists its own, this file only joins them."""

from django.urls import URLPattern

from training.api import overview

urlpatterns: list[URLPattern] = [
    *overview.urlpatterns,
]
