"""The voluntary surveys: nobody can be led back to (R18)."""

import pytest
from django.db import connection

from labeling.models import SurveyParticipation, SurveyResponse, User
from labeling.services.surveys import take_part
from tests.cast import Cast, client_of, make_user

pytestmark = pytest.mark.django_db

DEMOGRAPHIC = "/api/surveys/demographic/responses/"


def respond(user: User, address: str = DEMOGRAPHIC, **answers: object):
    return client_of(user).post(address, {"answers": answers}, format="json")


def respondents(num: int, **answers: object) -> None:
    for n in range(num):
        take_part(labeler=make_user(f"respondent{n}"), survey="demographic", answers=answers)


def results(user: User) -> dict[str, dict]:
    rows = client_of(user).get("/api/surveys/results/").json()
    return {row["survey"]: row for row in rows}


def columns(model: type) -> dict[str, str]:
    """The columns of the model's table and their types, as Postgres has them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s",
            [model._meta.db_table],
        )
        return dict(cursor.fetchall())


def test_a_labeler_takes_part(amina):
    answer = respond(amina, gender="female", ethnicity=["black", "white"], age="25_34")

    assert answer.status_code == 204
    [response] = SurveyResponse.objects.all()
    assert response.answers == {
        "gender": "female",
        "ethnicity": ["black", "white"],
        "age": "25_34",
    }
    shown = {row["survey"]: row for row in client_of(amina).get("/api/surveys/").json()}
    assert (shown["demographic"]["has_taken_part"], shown["satisfaction"]["has_taken_part"]) == (
        True,
        False,
    )


def test_no_table_joins_a_labeler_to_a_response(amina):
    """R18: no name, no time, no number that tells an order; and nothing points at a response."""
    assert columns(SurveyResponse) == {
        "id": "uuid",
        "survey": "character varying",
        "answers": "jsonb",
    }
    assert set(columns(SurveyParticipation)) == {"id", "survey", "labeler_id"}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND confrelid = %s::regclass",
            [SurveyResponse._meta.db_table],
        )
        assert cursor.fetchone() == (0,)


def test_no_column_of_the_databases_own_joins_them_either(cast: Cast, transactional_db):
    """R18: Postgres remembers which transaction wrote a row; here it is the same one for all."""
    take_part(labeler=cast.amina, survey="demographic", answers={"gender": "female"})
    take_part(labeler=cast.otto, survey="demographic", answers={"gender": "male"})
    take_part(labeler=cast.hana, survey="demographic", answers={"gender": "female"})

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(DISTINCT xmin::text) FROM {SurveyResponse._meta.db_table}")
        assert cursor.fetchone() == (1,)


def test_no_endpoint_tells_who_answered_what(cast: Cast):
    """R18: neither the labeler's page nor the researchers' holds a response of one person."""
    respond(cast.amina, gender="nonbinary_or_other", nationality="UY")

    own = client_of(cast.amina).get("/api/surveys/").json()
    theirs = client_of(cast.rosa).get("/api/surveys/results/").json()

    assert all(set(row) == {"survey", "has_taken_part", "questions"} for row in own)
    assert all(row["questions"] == [] and row["num_responses"] is None for row in theirs)


def test_nobody_takes_part_twice(amina):
    """R18: a second response would be counted as another person."""
    respond(amina, gender="female")

    again = respond(amina, gender="male")

    assert (again.status_code, again.json()["code"]) == (409, "already_taken_part")
    assert SurveyResponse.objects.count() == 1


def test_the_surveys_are_about_labelers(rosa, sim):
    answers = [respond(person, gender="female") for person in (rosa, sim)]

    assert [answer.json()["code"] for answer in answers] == ["not_a_labeler"] * 2


@pytest.mark.parametrize(
    ("answers", "fields"),
    [
        ({}, []),
        ({"gender": "unknown"}, ["answers.gender"]),
        ({"ethnicity": "black"}, ["answers.ethnicity"]),
        ({"income": "high"}, ["answers.income"]),
    ],
)
def test_a_malformed_response_names_the_question_and_spends_nothing(amina, answers, fields):
    answer = respond(amina, **answers)

    assert (answer.status_code, list(answer.json()["fields"])) == (400, fields)
    assert SurveyParticipation.objects.count() == 0


def test_there_are_two_surveys_and_no_more(amina):
    assert respond(amina, "/api/surveys/income/responses/", gender="female").status_code == 404


def test_nothing_is_told_of_four_respondents(rosa):
    """R18: aggregates of at least five."""
    respondents(4, gender="female")

    assert results(rosa)["demographic"]["num_responses"] is None
    assert results(rosa)["demographic"]["questions"] == []


def test_five_respondents_are_told_beside_the_paper(rosa):
    """R18."""
    respondents(5, gender="female")

    shown = results(rosa)["demographic"]

    assert shown["num_responses"] == 5
    questions = {question["key"]: question["options"] for question in shown["questions"]}
    assert questions["gender"] == [
        {"option": "male", "share": 0.0, "reference": 0.5},
        {"option": "female", "share": 1.0, "reference": 0.444},
        {"option": "nonbinary_or_other", "share": 0.0, "reference": 0.056},
    ]
    assert questions["age"] is None


def test_a_rare_nationality_is_withheld_and_an_absent_one_left_out(rosa):
    respondents(6, nationality="PH")
    take_part(labeler=make_user("lone"), survey="demographic", answers={"nationality": "FR"})
    for n in range(3):
        labeler = make_user(f"german{n}")
        take_part(labeler=labeler, survey="demographic", answers={"nationality": "DE"})

    [nationality] = [
        question["options"]
        for question in results(rosa)["demographic"]["questions"]
        if question["key"] == "nationality"
    ]

    shares = {row["option"]: row["share"] for row in nationality}
    assert (shares["PH"], shares["DE"], shares["FR"], shares["BD"]) == (0.6, None, None, 0.0)
    assert "JP" not in shares


@pytest.mark.parametrize("num_respondents", [5, 9])
def test_the_results_take_one_query_each(rosa, django_assert_num_queries, num_respondents):
    respondents(num_respondents, gender="female")
    client = client_of(rosa)

    # The session, the account, and one for each survey.
    with django_assert_num_queries(4):
        client.get("/api/surveys/results/")
