"""The routes of this room: each noun's module lists its own, this file only joins them."""

from django.urls import URLPattern

from labeling.api import catalogue

urlpatterns: list[URLPattern] = [
    *catalogue.urlpatterns,
]
