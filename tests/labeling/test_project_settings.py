"""What can be decided about a project when it opens, and changed later."""

import pytest

from labeling.models import AuditEntry, Candidacy, Pool, Project, Screening, User
from tests.cast import client_of, make_demonstration_project, make_ranking_project, make_user

pytestmark = pytest.mark.django_db

ALL_SETTINGS = {
    "priority": 7,
    "priority_mode": "truth_harmless_first",
    "languages": ["de", "pt-BR"],
    "skills": ["chemistry", "law"],
    "content_warning": "Violent texts.",
    "overlap": 2,
    "calibration_share": 0.25,
    "calibration_overlap": 4,
    "repeat_share": 0.05,
    "unclear_skips_to_retire": 3,
    "seed_order_from_ratings": False,
}
WRITING_SETTINGS = {"allow_empty_demonstrations": True, "requires_review": True}


def open_project(user: User, **changes: object):
    said = {
        "name": "First rankings",
        "kind": "ranking",
        "instructions": {"title": "How to judge", "body": "Read all."},
        **changes,
    }
    return client_of(user).post("/api/projects/", said, format="json")


def change(user: User, project: Project, **changes: object):
    return client_of(user).patch(f"/api/projects/{project.pk}/", changes, format="json")


@pytest.mark.parametrize(
    ("kind", "settings"), [("ranking", ALL_SETTINGS), ("demonstration", WRITING_SETTINGS)]
)
def test_every_setting_is_stored_when_a_project_opens(ada, kind, settings):
    shown = open_project(ada, kind=kind, **settings).json()

    assert {key: shown[key] for key in settings} == settings


def test_every_setting_can_be_changed_later(ada):
    ranking, writing = make_ranking_project(), make_demonstration_project()

    ranked = change(ada, ranking, **ALL_SETTINGS).json()
    written = change(ada, writing, **WRITING_SETTINGS).json()

    assert {key: ranked[key] for key in ALL_SETTINGS} == ALL_SETTINGS
    assert {key: written[key] for key in WRITING_SETTINGS} == WRITING_SETTINGS


def test_a_new_project_calibrates_as_the_papers_researchers_did(ada):
    """R33: a share of the ranking tasks goes to several labelers; demonstrations to none more."""
    ranking = open_project(ada, overlap=5).json()
    writing = open_project(ada, name="Writing", kind="demonstration").json()

    assert (ranking["calibration_share"], ranking["calibration_overlap"]) == (0.1, 5)
    assert writing["calibration_share"] == 0


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"priority": "high"}, "priority"),
        ({"priority": 1_001}, "priority"),
        ({"languages": ["English"]}, "languages"),
        ({"languages": "en"}, "languages"),
        ({"skills": ["x" * 41]}, "skills"),
        ({"skills": [""]}, "skills"),
        ({"content_warning": "x" * 2_001}, "content_warning"),
        ({"overlap": 0}, "overlap"),
        ({"calibration_share": 1.1}, "calibration_share"),
        ({"calibration_overlap": 0}, "calibration_overlap"),
        ({"calibration_share": 0.1, "overlap": 4, "calibration_overlap": 3}, "calibration_overlap"),
        ({"repeat_share": 0.6}, "repeat_share"),
        ({"unclear_skips_to_retire": 0}, "unclear_skips_to_retire"),
        ({"requires_review": True}, "requires_review"),
        ({"allow_empty_demonstrations": True}, "allow_empty_demonstrations"),
    ],
)
def test_a_setting_that_cannot_be_names_its_field(ada, settings, field):
    """At the opening and as a change alike."""
    project = make_ranking_project()

    answers = [open_project(ada, **settings), change(ada, project, **settings)]

    for answer in answers:
        assert answer.status_code == 400
        assert [name.split(".")[0] for name in answer.json()["fields"]] == [field]


@pytest.mark.parametrize("settings", [{"repeat_share": 0.1}, {"calibration_share": 0.1}])
def test_a_writing_project_has_nothing_to_compare(ada, settings):
    answer = open_project(ada, kind="demonstration", **settings)

    assert (answer.status_code, list(answer.json()["fields"])) == (400, list(settings))


def test_a_toxicity_project_is_opened_elsewhere(ada):
    answer = open_project(ada, kind="toxicity")

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["kind"])


def test_languages_and_skills_are_kept_in_order_and_once(ada):
    shown = open_project(ada, languages=["en", "de", "en"], skills=["Law ", "chemistry", "law"])

    assert shown.json()["languages"] == ["de", "en"]
    assert shown.json()["skills"] == ["chemistry", "law"]


def test_what_a_project_is_never_changes(ada):
    """R41, R14: kind, purpose and pool hold for every answer that was given."""
    project = make_ranking_project()

    change(ada, project, kind="demonstration", purpose="evaluation", pool="held_out", k=9)

    project.refresh_from_db()
    assert (project.kind, project.purpose, project.pool, project.k) == (
        "ranking",
        "training",
        "training",
        4,
    )


def test_a_change_is_audited_with_what_it_was_before(ada):
    project = make_ranking_project()
    change(ada, project, priority=5, overlap=1)
    change(ada, project, priority=5)

    entry = AuditEntry.objects.get(action="change_project")

    assert (entry.actor, entry.subject_id) == (ada, str(project.pk))
    assert entry.details == {"priority": [0, 5]}


def test_the_settings_of_imported_judgments_stay(ada):
    project = Project.objects.create(name="UKP", kind="ranking", imported_from="ukp")

    answer = change(ada, project, overlap=3)

    assert (answer.status_code, answer.json()["code"]) == (409, "imported_project")
    assert change(ada, project, name="UKP, 2019").status_code == 200


def test_the_number_of_labelers_who_qualify_is_shown(ada, rosa, amina, otto, hana, sim):
    """Who asks for much learns how few can answer."""
    amina.languages, amina.skills = ["de", "en"], ["law"]
    amina.save()
    otto.languages = ["de"]
    otto.save()
    screening = Screening.objects.create(name="Spring", created_by=ada)
    candidate = make_user("candidate", languages=["de"])
    Candidacy.objects.create(screening=screening, labeler=candidate, code="C-1")
    everybody = make_ranking_project()
    german = make_ranking_project(languages=["de"])
    german_law = make_ranking_project(languages=["de"], skills=["law"])
    held_out = make_ranking_project(pool=Pool.HELD_OUT)

    rows = client_of(rosa).get("/api/projects/").json()["results"]

    counts = {row["id"]: row["num_qualified_labelers"] for row in rows}
    assert counts == {everybody.pk: 2, german.pk: 2, german_law.pk: 1, held_out.pk: 1}
