"""GET /api/evaluations/: progress, win rates, means and prevalences, each with its n."""

import uuid

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from labeling.models import CompletionSource, Project, RankedCompletion, Ranking, Task
from tests.cast import (
    client_of,
    hold_slot,
    long_ago,
    make_completions,
    make_prompt,
    make_ranking,
    make_task,
    make_toxicity_project,
    make_user,
)
from tests.labeling.work import take, toxicity_body
from tests.training.evaluations import answered_prompt, post, three_sources, wanted

pytestmark = pytest.mark.django_db

SIZES = ("ppo 1.3B", "ppo 6B")


@pytest.fixture
def evaluation(ada) -> Project:
    """Six prompts, each task showing the baseline, model a twice and model b."""
    sources = three_sources()
    for _ in range(6):
        prompt = answered_prompt(sources[:1])
        make_completions(prompt, texts=["a one", "a two"], source=sources[1])
        make_completions(prompt, texts=["b one"], source=sources[2])
    opened = post(ada, "", wanted(sources, overlap=3))
    assert opened.status_code == 201
    return Project.objects.get(pk=opened.json()["id"])


def inputs(reader, project: Project, **query: object):
    return client_of(reader).get(f"/api/evaluations/{project.pk}/inputs/", query)


def rank_all(evaluation: Project, labeler, *ranks: int, **said: object) -> None:
    """In the order baseline, a, a, b."""
    for task in evaluation.tasks.all():
        make_ranking(task, labeler, ranks, **said)


def read(user, evaluation: Project, **query: object) -> dict:
    answer = client_of(user).get(f"/api/evaluations/{evaluation.pk}/", query)
    assert answer.status_code == 200
    return answer.json()


def model(shown: dict, name: str) -> dict:
    return next(one for one in shown["models"] if one["source"]["name"] == name)


def flag(shown: dict, name: str, key: str) -> dict:
    return next(one["figure"] for one in model(shown, name)["flags"] if one["key"] == key)


def test_before_any_judgment_each_figure_says_why_there_is_none(evaluation, rosa):
    shown = read(rosa, evaluation)

    assert (shown["evaluation"]["num_tasks"], shown["evaluation"]["num_slots"]) == (6, 18)
    assert shown["evaluation"]["num_submitted"] == shown["num_rankings"] == 0
    assert [one["source"]["name"] for one in shown["models"]] == [
        "the baseline",
        "model a",
        "model b",
    ]
    assert [one["is_baseline"] for one in shown["models"]] == [True, False, False]
    undefined = model(shown, "model a")["win_rate"]
    assert (undefined["value"], undefined["n"]) == (None, 0)
    assert undefined["reason_undefined"] == "No sealed ranking shows it beside the baseline yet."
    assert model(shown, "the baseline")["win_rate"] is None
    assert model(shown, "model a")["likert"]["figure"]["reason_undefined"]


def test_win_rates_count_a_tie_as_half_over_tasks(evaluation, rosa, amina):
    """R35. Of model a's two samples one is above the baseline and one tied with it."""
    rank_all(evaluation, amina, 2, 1, 2, 3)

    shown = read(rosa, evaluation)

    rate = model(shown, "model a")["win_rate"]
    assert (rate["value"], rate["n"], rate["num_prompts"]) == (0.75, 6, 6)
    assert (rate["low"], rate["high"]) == (None, None)
    assert "Every prompt gives the same value" in rate["reason_no_interval"]
    assert model(shown, "model b")["win_rate"]["value"] == 0.0
    assert (shown["num_rankings"], shown["num_labelers"]) == (6, 1)
    assert shown["evaluation"]["num_submitted"] == 6


def test_an_interval_covers_more_where_prompts_differ(evaluation, rosa, amina):
    tasks = list(evaluation.tasks.order_by("pk"))
    for task in tasks[:4]:
        make_ranking(task, amina, [2, 1, 1, 3])
    for task in tasks[4:]:
        make_ranking(task, amina, [1, 2, 2, 3])

    rate = model(read(rosa, evaluation), "model a")["win_rate"]

    assert rate["value"] == pytest.approx(4 / 6)
    assert rate["low"] < rate["value"] < rate["high"]


def test_ratings_and_flags_are_averaged_over_judgments(evaluation, rosa, amina, otto):
    """A flag that was not asked is no answer and no no."""
    rank_all(evaluation, amina, 1, 2, 2, 3, ratings=[4, 6, 7, 1], flags={"sexual_content": True})
    rank_all(evaluation, otto, 1, 2, 2, 3, ratings=[2, 6, 5, 3], flags={"sexual_content": False})

    shown = read(rosa, evaluation)

    likert = model(shown, "model a")["likert"]["figure"]
    assert (likert["value"], likert["n"], likert["num_prompts"]) == (6.0, 24, 6)
    assert model(shown, "the baseline")["likert"]["figure"]["value"] == 3.0
    assert model(shown, "model a")["num_judgments"] == 24
    asked = flag(shown, "model b", "sexual_content")
    assert (asked["value"], asked["n"]) == (0.5, 12)
    not_asked = flag(shown, "model b", "hallucination")
    assert (not_asked["value"], not_asked["n"]) == (None, 0)
    assert model(shown, "model a")["scales"] == []


def test_a_model_with_few_judgments_is_taken_together_with_its_other_sizes(
    evaluation, rosa, amina, monkeypatch
):
    """R37, by hand: one a got 7 and 6 in each of six tasks, the other 2, which is 15 / 3."""
    for name, size in zip(("model a", "model b"), SIZES, strict=True):
        CompletionSource.objects.filter(name=name).update(name=size)
    first, *others = evaluation.tasks.order_by("pk")
    said = {"ratings": [4, 7, 6, 2]}
    make_ranking(first, amina, [1, 2, 2, 3], flags={"expresses_opinion": True}, **said)
    for task in others:
        make_ranking(task, amina, [1, 2, 2, 3], flags={"expresses_opinion": False}, **said)

    shown = read(rosa, evaluation)

    for name in SIZES:
        likert = model(shown, name)["likert"]
        assert [one["name"] for one in likert["models"]] == list(SIZES)
        assert (likert["figure"]["value"], likert["figure"]["n"]) == (5.0, 18)
        # All three completions of the first of six tasks.
        opinion = flag(shown, name, "expresses_opinion")
        assert (opinion["value"], opinion["n"]) == (pytest.approx(1 / 6), 18)
        # A win rate is a model's own.
        assert model(shown, name)["win_rate"]["n"] == 6
    alone = model(shown, "the baseline")["likert"]
    assert (alone["figure"]["n"], len(alone["models"])) == (6, 1)
    assert "fewer than 100 judgments" in shown["pooling_definition"]

    monkeypatch.setattr("labeling.agreement.sizes.POOLED_BELOW", 12)
    of_twelve, of_six = (model(read(rosa, evaluation), name)["likert"] for name in SIZES)
    assert (of_twelve["figure"]["value"], len(of_twelve["models"])) == (6.5, 1)
    assert (of_six["figure"]["value"], len(of_six["models"])) == (5.0, 2)


def test_only_sealed_judgments_by_people_that_repeat_nothing_count(evaluation, rosa, amina, sim):
    """Fresh ones can still be taken back; a repeat measures its labeler, not the model."""
    first, second, third, *_ = evaluation.tasks.order_by("pk")
    make_ranking(first, amina, [2, 1, 1, 3])
    make_ranking(second, amina, [1, 2, 2, 3], submitted_at=timezone.now())
    make_ranking(third, sim, [1, 2, 2, 3])
    repeat = make_task(
        evaluation, first.prompt, [one.completion for one in first.task_completions.all()]
    )
    Task.objects.filter(pk=repeat.pk).update(repeat_of=first)
    make_ranking(repeat, amina, [1, 2, 2, 3])

    people = read(rosa, evaluation)
    everybody = read(rosa, evaluation, include_simulated=True)

    rate = model(people, "model a")["win_rate"]
    assert (people["num_rankings"], rate["n"], rate["value"]) == (1, 1, 1.0)
    assert rate["low"] is None
    assert "at least 5 prompts" in rate["reason_no_interval"]
    assert (everybody["num_rankings"], model(everybody, "model a")["win_rate"]["value"]) == (2, 0.5)


def rate_toxicity(task: Task, labeler, input_toxicity: int, *numbers: tuple[int, int, int]) -> None:
    """A toxicity ranking, all tied, with (absolute, relative, continuity) per completion."""
    assignment = hold_slot(task, labeler, long_ago())
    with transaction.atomic():
        ranking = Ranking.objects.create(
            task=task,
            assignment=assignment,
            labeler=labeler,
            k=task.k,
            client_key=uuid.uuid4(),
            payload_sha256="0" * 64,
            order_source="unseeded",
            input_toxicity=input_toxicity,
            submitted_at=long_ago(),
        )
        shown = task.task_completions.order_by("completion_id")
        for one, (toxicity, relative, continuity) in zip(shown, numbers, strict=True):
            RankedCompletion.objects.create(
                ranking=ranking,
                task=task,
                completion=one.completion,
                rank=1,
                toxicity=toxicity,
                relative_toxicity=relative,
                continuity=continuity,
            )


def test_a_toxicity_evaluation_gives_its_four_means(rosa, amina, otto):
    """R39, R40: input, absolute, relative, continuity, and the win rate beside them."""
    baseline, model_a, _ = three_sources()
    project = make_toxicity_project(overlap=2, baseline_source=baseline)
    project.evaluated_sources.set([model_a])
    prompt = make_prompt()
    completions = [
        *make_completions(prompt, texts=["b1", "b2"], source=baseline),
        *make_completions(prompt, texts=["a1", "a2"], source=model_a),
    ]
    task = make_task(project, prompt, completions)
    rate_toxicity(task, amina, 2, (2, 1, 7), (2, 0, 5), (0, -1, 4), (1, -1, 4))
    rate_toxicity(task, otto, 1, (1, 0, 6), (1, 0, 6), (0, -1, 4), (0, 0, 4))

    shown = read(rosa, project)

    assert (shown["input_toxicity"]["value"], shown["input_toxicity"]["n"]) == (1.5, 2)
    scales = {one["key"]: one["figure"] for one in model(shown, "model a")["scales"]}
    assert {key: (one["value"], one["n"]) for key, one in scales.items()} == {
        "toxicity": (0.25, 4),
        "relative_toxicity": (-0.75, 4),
        "continuity": (4.0, 4),
    }
    assert model(shown, "the baseline")["scales"][0]["figure"]["value"] == 1.5
    assert model(shown, "model a")["win_rate"]["value"] == 0.5
    assert (model(shown, "model a")["likert"], model(shown, "model a")["flags"]) == (None, [])


@pytest.fixture
def rated_twice(amina, otto) -> Project:
    """One task whose input Amina found clearly toxic and Otto slightly."""
    baseline, model_a, _ = three_sources()
    project = make_toxicity_project(overlap=3, baseline_source=baseline)
    project.evaluated_sources.set([model_a])
    prompt = make_prompt("They are all the same. " * 20)
    completions = [
        *make_completions(prompt, texts=["b1"], source=baseline),
        *make_completions(prompt, texts=["a1", "a2", "a3"], source=model_a),
    ]
    task = make_task(project, prompt, completions)
    rate_toxicity(task, amina, 2, *[(0, 0, 5)] * 4)
    rate_toxicity(task, otto, 1, *[(0, 0, 5)] * 4)
    return project


class TestTheRowsBehindTheToxicityOfInputs:
    def test_their_values_average_to_the_figure(self, rated_twice, rosa):
        """R39: a mean leads to the rankings that it is made of."""
        figure = read(rosa, rated_twice)["input_toxicity"]

        rows = inputs(rosa, rated_twice).json()["results"]

        assert [one["input_toxicity"] for one in rows] == [1, 2]  # The newest first.
        assert {one["labeler"]["display_name"] for one in rows} == {"Amina", "Otto"}
        assert all(one["excerpt"].startswith("They are all") for one in rows)
        assert len(rows[0]["excerpt"]) == 160
        assert (figure["n"], figure["value"]) == (len(rows), 1.5)

    def test_simulated_labelers_are_there_only_when_asked_for(self, rated_twice, rosa, sim):
        rate_toxicity(rated_twice.tasks.get(), sim, 0, *[(0, 0, 5)] * 4)

        people = inputs(rosa, rated_twice).json()["results"]
        everybody = inputs(rosa, rated_twice, include_simulated=True).json()["results"]

        assert (len(people), len(everybody)) == (2, 3)

    def test_they_come_page_by_page(self, rated_twice, rosa):
        first = inputs(rosa, rated_twice, limit=1).json()
        second = inputs(rosa, rated_twice, limit=1, cursor=first["next"]).json()

        assert [one["input_toxicity"] for one in first["results"] + second["results"]] == [1, 2]
        assert second["next"] is None

    def test_an_evaluation_that_did_not_ask_has_none(self, evaluation, rosa, amina):
        make_ranking(evaluation.tasks.first(), amina, [1, 2, 3, 4])

        assert inputs(rosa, evaluation).json() == {"results": [], "next": None}

    def test_another_role_or_a_wrong_question_is_refused(self, rated_twice, rosa, amina):
        assert inputs(amina, rated_twice).status_code == 403
        answer = inputs(rosa, rated_twice, include_simulated="perhaps")
        assert list(answer.json()["fields"]) == ["include_simulated"]
        assert client_of(rosa).get("/api/evaluations/12345/inputs/").status_code == 404

    def test_the_number_of_queries_does_not_grow(
        self, rated_twice, rosa, django_assert_num_queries
    ):
        rate_toxicity(rated_twice.tasks.get(), make_user("labeler3"), 0, *[(0, 0, 5)] * 4)
        browser = client_of(rosa)

        # Session, account, the evaluation with its models, the rows.
        with django_assert_num_queries(5):
            browser.get(f"/api/evaluations/{rated_twice.pk}/inputs/")


def test_from_opening_to_a_figure_over_http(ada, rosa, amina, settings):
    """R34, R39: what an admin opens, a labeler judges and a researcher reads."""
    sources = three_sources()[:2]
    answered_prompt(sources, each=2)
    toxicity = wanted(sources, kind="toxicity", toxicity_instruction="none")
    project = Project.objects.get(pk=post(ada, "", toxicity).json()["id"])
    browser = client_of(amina)
    shown = browser.get(f"/api/assignments/{take(project, amina).pk}/").json()
    body = toxicity_body(shown, 1, 1, 1, 1, input_toxicity=2)

    answer = browser.post("/api/rankings/", body, format="json")
    settings.TAKE_BACK_SECONDS = 0
    found = read(rosa, project)

    assert answer.status_code == 201
    assert (found["num_rankings"], found["input_toxicity"]["value"]) == (1, 2.0)
    scales = {one["key"]: one["figure"]["value"] for one in model(found, "model a")["scales"]}
    assert scales == {"toxicity": 0.0, "relative_toxicity": -1.0, "continuity": 5.0}
    assert model(found, "model a")["win_rate"]["value"] == 0.5


def test_evaluations_are_listed_with_what_they_compare(evaluation, rosa):
    listed = client_of(rosa).get("/api/evaluations/").json()["results"]

    assert [one["name"] for one in listed] == ["Spring round"]
    assert listed[0]["baseline"]["name"] == "the baseline"
    assert [one["name"] for one in listed[0]["models"]] == ["model a", "model b"]
    assert (listed[0]["num_tasks"], listed[0]["num_slots"], listed[0]["num_open"]) == (6, 18, 18)


def test_listing_takes_the_same_queries_for_one_and_for_many(
    evaluation, rosa, ada, django_assert_num_queries
):
    for number in range(3):
        answered_prompt(three_sources(), each=2)
        post(ada, "", wanted(three_sources(), name=f"Round {number}"))
    browser = client_of(rosa)

    # Session, account, the page, the models compared.
    with django_assert_num_queries(4):
        assert len(browser.get("/api/evaluations/").json()["results"]) == 4


def test_a_new_evaluation_starts_from_texts_for_both_kinds(rosa):
    shown = client_of(rosa).get("/api/evaluations/defaults/").json()

    assert (shown["baseline"], shown["k"]) == (None, 5)
    assert shown["priority_mode"] == "truth_harmless_first"
    texts = {one["kind"]: one["body"] for one in shown["instructions"]}
    assert set(texts) == {"ranking", "toxicity"}
    assert all(len(text) > 1_000 for text in texts.values())


def test_amina_reads_no_evaluation(evaluation, amina):
    """R30: it names what wrote the completions."""
    for path in ("", f"{evaluation.pk}/", "defaults/"):
        assert client_of(amina).get(f"/api/evaluations/{path}").status_code == 403


def test_a_malformed_question_is_refused(evaluation, rosa):
    path = f"/api/evaluations/{evaluation.pk}/"

    answer = client_of(rosa).get(path, {"include_simulated": "perhaps"})

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["include_simulated"]


def test_what_does_not_exist_is_not_found(rosa):
    assert client_of(rosa).get("/api/evaluations/12345/").status_code == 404


def test_reading_takes_the_same_queries_for_one_ranking_and_for_many(evaluation, rosa, amina):
    def num_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            read(rosa, evaluation)
        return len(queries)

    make_ranking(evaluation.tasks.first(), amina, [1, 2, 3, 4])
    few = num_queries()
    for number in range(2):
        rank_all(evaluation, make_user(f"labeler{number}"), 1, 2, 3, 4)

    assert num_queries() == few
