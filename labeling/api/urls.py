"""The routes of this room: each noun's module lists its own, this file only joins them."""

from django.urls import URLPattern

from labeling.api import (
    agreement,
    annotations,
    assignments,
    catalogue,
    completions,
    demonstrations,
    drafts,
    invitations,
    labeling_projects,
    people,
    projects,
    prompts,
    questions,
    rankings,
    session,
    tasks,
    tokens,
)

urlpatterns: list[URLPattern] = [
    *session.urlpatterns,
    *invitations.urlpatterns,
    *people.urlpatterns,
    *tokens.urlpatterns,
    *catalogue.urlpatterns,
    *prompts.urlpatterns,
    *completions.urlpatterns,
    *projects.urlpatterns,
    *tasks.urlpatterns,
    *labeling_projects.urlpatterns,
    *assignments.urlpatterns,
    *drafts.urlpatterns,
    *annotations.urlpatterns,
    *rankings.urlpatterns,
    *demonstrations.urlpatterns,
    *agreement.urlpatterns,
    *questions.urlpatterns,
]
