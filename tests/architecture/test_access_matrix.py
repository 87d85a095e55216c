"""Who may call what: every route of the API, every method, every kind of caller.

A new route fails here until its row says for whom it is. Whether an object is one's own is the
business of each endpoint's own tests: there the answer is 404.
"""

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from labeling.models import User
from labeling.services.tokens import make_token
from tests.cast import Cast, client_of

Door = Literal["anyone", "signed_in", "labeling", "researcher", "admin"]
Caller = Literal["visitor", "labeler", "researcher", "admin", "label", "read", "manage"]

# The last three callers are tokens of an admin with one scope each.
CALLERS: tuple[Caller, ...] = (
    "visitor",
    "labeler",
    "researcher",
    "admin",
    "label",
    "read",
    "manage",
)
LOOKS = {"GET"}

DOORS: dict[str, dict[str, Door]] = {
    "session/": {"GET": "anyone"},
    "session/redeem/": {"POST": "anyone"},
    "session/sign-out/": {"POST": "signed_in"},
    "invitations/": {"GET": "admin", "POST": "admin"},
    "invitations/accept/": {"POST": "anyone"},
    "people/": {"GET": "researcher", "POST": "admin"},
    "people/<int:person_id>/": {"PATCH": "admin"},
    "people/<int:person_id>/sign-in-links/": {"POST": "admin"},
    "tokens/": {"GET": "signed_in", "POST": "signed_in"},
    "tokens/<int:token_id>/": {"DELETE": "signed_in"},
    "audit/": {"GET": "admin"},
    "consent/": {"GET": "labeling", "POST": "labeling"},
    "consent/versions/": {"GET": "researcher", "POST": "admin"},
    "screening/": {"GET": "labeling"},
    "screening/texts/": {"GET": "labeling"},
    "screening/texts/<int:item_id>/": {"PUT": "labeling"},
    "screening/declaration/": {"PUT": "labeling"},
    "screening/submit/": {"POST": "labeling"},
    "screenings/": {"GET": "researcher", "POST": "researcher"},
    "screenings/<int:screening_id>/": {"GET": "researcher", "PATCH": "researcher"},
    "screenings/<int:screening_id>/texts/": {"GET": "researcher"},
    "screenings/<int:screening_id>/candidates/": {"GET": "researcher"},
    "screenings/<int:screening_id>/demonstrations/": {"GET": "researcher"},
    "candidates/<uuid:candidacy_id>/": {"GET": "researcher"},
    "candidates/<uuid:candidacy_id>/decision/": {"POST": "researcher"},
    "demonstrations/<uuid:demonstration_id>/grade/": {"PUT": "researcher"},
    "catalogue/": {"GET": "signed_in"},
    "prompts/": {"GET": "researcher"},
    "prompts/import/": {"POST": "researcher"},
    "prompts/summary/": {"GET": "researcher"},
    "prompts/personal-data/": {"GET": "researcher"},
    "prompts/<int:prompt_id>/": {"GET": "researcher"},
    "prompts/<int:prompt_id>/rewards/": {"GET": "researcher"},
    "prompts/<int:prompt_id>/annotation/": {"PUT": "researcher"},
    "prompts/<int:prompt_id>/personal-data/": {"PUT": "researcher"},
    "prompt-imports/": {"GET": "researcher", "POST": "researcher"},
    "prompt-imports/<uuid:import_id>/": {"GET": "researcher"},
    "prompt-imports/<uuid:import_id>/chunks/<int:position>/": {"PUT": "researcher"},
    "prompt-imports/<uuid:import_id>/cancel/": {"POST": "researcher"},
    "prompt-imports/<uuid:import_id>/lines/": {"GET": "researcher"},
    "prompt-imports/<uuid:import_id>/report.csv": {"GET": "researcher"},
    "judgment-formats/": {"GET": "researcher"},
    "judgment-imports/": {"GET": "researcher", "POST": "researcher"},
    "judgment-imports/<uuid:import_id>/": {"GET": "researcher"},
    "judgment-imports/<uuid:import_id>/chunks/<int:position>/": {"PUT": "researcher"},
    "judgment-imports/<uuid:import_id>/cancel/": {"POST": "researcher"},
    "judgment-imports/<uuid:import_id>/rows/": {"GET": "researcher"},
    "judgment-imports/<uuid:import_id>/report.csv": {"GET": "researcher"},
    "completion-sources/": {"GET": "researcher"},
    "projects/": {"GET": "researcher", "POST": "admin"},
    "projects/<int:project_id>/": {"GET": "researcher", "PATCH": "admin"},
    "projects/<int:project_id>/instructions/": {"GET": "researcher", "POST": "admin"},
    "projects/<int:project_id>/instructions/<int:version>/": {"GET": "researcher"},
    "projects/<int:project_id>/instruction-readers/": {"GET": "researcher"},
    "labeling/projects/<int:project_id>/instructions/": {"GET": "labeling"},
    "labeling/projects/<int:project_id>/instructions/<int:version>/": {"GET": "labeling"},
    "projects/<int:project_id>/tasks/": {"POST": "admin"},
    "projects/<int:project_id>/overlap/": {"GET": "researcher", "POST": "researcher"},
    "labeling/projects/": {"GET": "labeling"},
    "labeling/me/": {"GET": "labeling"},
    "assignments/<uuid:assignment_id>/answer/": {"GET": "labeling"},
    "labeling/projects/<int:project_id>/": {"GET": "labeling"},
    "labeling/projects/<int:project_id>/acknowledge/": {"POST": "labeling"},
    "assignments/next/": {"POST": "labeling"},
    "assignments/history/": {"GET": "labeling"},
    "assignments/<uuid:assignment_id>/": {"GET": "labeling"},
    "assignments/<uuid:assignment_id>/skip/": {"POST": "labeling"},
    "assignments/<uuid:assignment_id>/undo-skip/": {"POST": "labeling"},
    "assignments/<uuid:assignment_id>/take-back/": {"POST": "labeling"},
    "assignments/<uuid:assignment_id>/draft/": {"PUT": "labeling"},
    "assignments/<uuid:assignment_id>/prompt-annotation/": {"PUT": "labeling"},
    "rankings/": {"GET": "researcher", "POST": "labeling"},
    "rankings/<uuid:ranking_id>/": {"GET": "researcher"},
    "demonstrations/": {"GET": "researcher", "POST": "labeling"},
    "demonstrations/<uuid:demonstration_id>/review/": {"POST": "researcher"},
    "reviews/": {"GET": "researcher"},
    "reviews/queue/": {"GET": "researcher"},
    "reviews/projects/": {"GET": "researcher"},
    "returns/": {"GET": "labeling"},
    "returns/<int:review_id>/read/": {"POST": "labeling"},
    "assignments/drafts/": {"GET": "labeling"},
    "text-checks/": {"POST": "labeling"},
    "written-prompts/": {"GET": "labeling", "POST": "labeling"},
    "few-shot-sets/": {"POST": "labeling"},
    "few-shot-sets/preview/": {"POST": "labeling"},
    "task-descriptions/": {"GET": "labeling", "POST": "labeling"},
    "task-descriptions/<int:description_id>/withdraw/": {"POST": "labeling"},
    "agreement/": {"GET": "researcher"},
    "agreement/counted/": {"GET": "researcher"},
    "agreement/pools/": {"GET": "researcher"},
    "agreement/rankings/": {"GET": "researcher"},
    "agreement/refresh/": {"GET": "researcher", "POST": "researcher"},
    "anchor-drift/": {"GET": "researcher"},
    "rating-agreement/": {"GET": "researcher"},
    "contested-prompts/": {"GET": "researcher"},
    "contested-prompts/<int:project_id>/<int:prompt_id>/": {"GET": "researcher"},
    "contested-prompts/<int:project_id>/<int:prompt_id>/adjudication/": {"POST": "researcher"},
    "contested-prompts/<int:project_id>/<int:prompt_id>/questions/": {"POST": "researcher"},
    "contested-prompts/<int:project_id>/<int:prompt_id>/exclusion/": {
        "POST": "researcher",
        "DELETE": "researcher",
    },
    "labeler-quality/": {"GET": "researcher"},
    "labeler-quality/tasks/": {"GET": "researcher"},
    "labeler-flags/<int:labeler_id>/": {"GET": "researcher"},
    "flags-apart/": {"GET": "researcher"},
    "costs/": {"GET": "researcher"},
    "costs/demonstrations/": {"GET": "researcher"},
    "costs/rankings/": {"GET": "researcher"},
    "win-rates/": {"GET": "researcher"},
    "win-rates/rankings/": {"GET": "researcher"},
    "bias/": {"GET": "researcher"},
    "bias/leak/": {"GET": "researcher"},
    "bias/leak/completions/": {"GET": "researcher"},
    "bias/rankings/": {"GET": "researcher"},
    "surveys/": {"GET": "labeling"},
    "surveys/results/": {"GET": "researcher"},
    "surveys/<str:survey>/responses/": {"POST": "labeling"},
    "questions/": {"GET": "labeling", "POST": "labeling"},
    "questions/<int:question_id>/answers/": {"POST": "researcher"},
    "ranking-questions/": {"GET": "labeling"},
    "ranking-questions/<int:question_id>/answer/": {"POST": "labeling"},
    "snapshots/": {"GET": "researcher", "POST": "admin"},
    "snapshots/preview/": {"POST": "researcher"},
    "snapshots/<uuid:snapshot_id>/": {"GET": "researcher"},
    "snapshots/<uuid:snapshot_id>/records/": {"GET": "researcher"},
    "snapshots/<uuid:snapshot_id>/tables/": {"GET": "researcher"},
    "snapshots/<uuid:snapshot_id>/difference/": {"GET": "researcher"},
    "snapshots/<uuid:snapshot_id>/prompts/": {"GET": "researcher"},
    "snapshots/<uuid:snapshot_id>/customers/": {"GET": "researcher"},
    "snapshots/<uuid:snapshot_id>/demonstrations/": {"GET": "researcher"},
    "snapshots/<uuid:snapshot_id>/rankings/": {"GET": "researcher"},
    "snapshots/<uuid:snapshot_id>/exports/": {"GET": "researcher", "POST": "researcher"},
    "freezings/": {"GET": "researcher"},
    "freezings/<uuid:freezing_id>/": {"GET": "researcher"},
    "exports/<uuid:export_id>/": {"GET": "researcher"},
    "exports/<uuid:export_id>/files/<path:name>": {"GET": "researcher"},
    "model-versions/": {"GET": "researcher", "POST": "admin"},
    "model-versions/<uuid:model_version_id>/": {"GET": "researcher"},
    "model-versions/<uuid:model_version_id>/download/": {"GET": "researcher"},
    "model-versions/<uuid:model_version_id>/promotions/": {"GET": "researcher", "POST": "admin"},
    "model-versions/<uuid:model_version_id>/roll-back/": {"POST": "admin"},
    "lineage/rankings/<uuid:ranking_id>/": {"GET": "researcher"},
    "standing-reward-models/": {"GET": "researcher", "POST": "admin"},
    "standing-reward-models/<uuid:standing_id>/": {"PUT": "admin"},
    "rounds/": {"GET": "researcher", "POST": "admin"},
    "rounds/<uuid:round_id>/": {"GET": "researcher"},
    "rounds/<uuid:round_id>/settings/": {"PUT": "admin"},
    "rounds/<uuid:round_id>/steps/": {"POST": "admin"},
    "rounds/<uuid:round_id>/close/": {"POST": "admin"},
    "runs/stages/": {"GET": "researcher"},
    "runs/stages/<str:stage>/glossary/": {"GET": "researcher"},
    "runs/": {"GET": "researcher", "POST": "admin"},
    "runs/requesters/": {"GET": "researcher"},
    "runs/check/": {"POST": "researcher"},
    "runs/compare/": {"GET": "researcher"},
    "runs/curves/": {"GET": "researcher"},
    "runs/<uuid:run_id>/": {"GET": "researcher"},
    "runs/<uuid:run_id>/metrics/": {"GET": "researcher"},
    "runs/<uuid:run_id>/log/": {"GET": "researcher"},
    "runs/<uuid:run_id>/samples/": {"GET": "researcher"},
    "runs/<uuid:run_id>/lineage/": {"GET": "researcher"},
    "runs/<uuid:run_id>/cancel/": {"POST": "admin"},
    "runs/<uuid:run_id>/kill/": {"POST": "admin"},
    "runs/<uuid:run_id>/pause/": {"POST": "admin"},
    "runs/<uuid:run_id>/resume/": {"POST": "admin"},
    "runs/<uuid:run_id>/retry/": {"POST": "admin"},
    "runs/<uuid:run_id>/priority/": {"POST": "admin"},
    "sweeps/": {"GET": "researcher", "POST": "admin"},
    "sweeps/<uuid:sweep_id>/": {"GET": "researcher"},
    "gpu-slots/": {"GET": "researcher"},
    "overview/": {"GET": "researcher"},
    "evaluations/": {"GET": "researcher", "POST": "admin"},
    "evaluations/preview/": {"POST": "researcher"},
    "evaluations/defaults/": {"GET": "researcher"},
    "evaluations/<int:evaluation_id>/": {"GET": "researcher"},
    "evaluations/<int:evaluation_id>/inputs/": {"GET": "researcher"},
    "evaluations/<int:evaluation_id>/tasks/": {"POST": "admin"},
}


def api_views() -> Iterator[tuple[str, Any]]:
    """Each address under /api/ with its view class, as Django really routes them."""
    for resolver in get_resolver().url_patterns:
        if isinstance(resolver, URLResolver) and str(resolver.pattern) == "api/":
            for pattern in resolver.url_patterns:
                assert isinstance(pattern, URLPattern)
                yield str(pattern.pattern), vars(pattern.callback)["view_class"]


def routed() -> dict[str, set[str]]:
    return {
        route: set(view_class().allowed_methods) - {"OPTIONS"} for route, view_class in api_views()
    }


def may_enter(caller: Caller, door: Door, method: str) -> bool:
    if door == "anyone":
        return True
    if caller in {"label", "read", "manage"}:
        return caller in scopes_for(door, method)
    rank = ["visitor", "labeler", "researcher", "admin"].index(caller)
    return rank >= {"signed_in": 1, "labeling": 1, "researcher": 2, "admin": 3}[door]


def scopes_for(door: Door, method: str) -> set[str]:
    if door == "labeling":
        return {"label"}
    if method not in LOOKS:
        return {"manage"}
    return {"label", "read", "manage"} if door == "signed_in" else {"read"}


def client_for(caller: Caller, cast: Cast) -> APIClient:
    people: dict[str, User | None] = {
        "visitor": None,
        "labeler": cast.amina,
        "researcher": cast.rosa,
        "admin": cast.ada,
    }
    if caller in people:
        return client_of(people[caller])
    _, secret = make_token(
        owner=cast.ada, requested_by=cast.ada, name=caller, scopes=[caller], expires_in_days=1
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def address(route: str) -> str:
    """The route with ids of nothing, so that whoever is let in finds 404 or an invalid body."""
    nobody = "00000000-0000-4000-8000-000000000000"
    parts = [
        "987654" if part.startswith("<int:") else nobody if part.startswith("<uuid:") else part
        for part in route.split("/")
    ]
    return "/api/" + "/".join(parts)


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert {route: set(methods) for route, methods in DOORS.items()} == routed()


@pytest.mark.parametrize(
    ("route", "method"), [(route, method) for route, methods in DOORS.items() for method in methods]
)
def test_the_door_opens_for_those_it_is_for_and_nobody_else(
    cast: Cast, route: str, method: str
) -> None:
    door = DOORS[route][method]
    wrong = {}
    for caller in CALLERS:
        response = client_for(caller, cast).generic(
            method, address(route), "{}", content_type="application/json"
        )
        refusal = 401 if caller == "visitor" else 403
        is_in = response.status_code not in {401, 403} and response.status_code < 500
        is_out = response.status_code == refusal and response.json().keys() == {
            "code",
            "detail",
            "fields",
        }
        if not (is_in if may_enter(caller, door, method) else is_out):
            wrong[caller] = response.status_code

    assert wrong == {}


def fingerprints() -> dict[str, str]:
    """A hash of every row of every table of ours."""
    with connection.cursor() as cursor:
        tables = [
            name
            for name in connection.introspection.table_names(cursor)
            if name.startswith(("labeling_", "training_"))
        ]
        found = {}
        for table in tables:
            rows = "string_agg(t::text, chr(10) ORDER BY t::text)"
            cursor.execute(f"SELECT md5(coalesce({rows}, '')) FROM {table} t")
            found[table] = cursor.fetchone()[0]
    return found


def test_looking_changes_nothing(cast: Cast) -> None:
    """ASVS 3.5.3: a GET on every route, by every role, leaves every row as it was."""
    callers: tuple[Caller, ...] = ("visitor", "labeler", "researcher", "admin")
    clients = [client_for(caller, cast) for caller in callers]
    before = fingerprints()

    for route in DOORS:
        for client in clients:
            client.get(address(route))

    assert fingerprints() == before
