"""The routes of this room: each noun's module lists its own, this file only joins them."""

from django.urls import URLPattern

from labeling.api import catalogue, invitations, people, prompts, session, tokens

urlpatterns: list[URLPattern] = [
    *session.urlpatterns,
    *invitations.urlpatterns,
    *people.urlpatterns,
    *tokens.urlpatterns,
    *catalogue.urlpatterns,
    *prompts.urlpatterns,
]
