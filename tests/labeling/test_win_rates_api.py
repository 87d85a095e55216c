"""GET /api/win-rates/: models against each other, and the rankings behind each figure."""

import pytest
from django.utils import timezone

from labeling.models import CompletionSource, Pool, Project, Prompt
from tests.cast import (
    client_of,
    make_completions,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_source,
    make_task,
)

pytestmark = pytest.mark.django_db

NAMES = ("model a", "model b", "model c", "model d")


@pytest.fixture
def project() -> Project:
    return make_ranking_project(overlap=3)


@pytest.fixture
def sources() -> list[CompletionSource]:
    return [make_source(name) for name in NAMES]


def rank_tasks(project, labeler, *rankings: list[int], submitted_at=None, **prompt) -> list:
    """A task for each ranking, with one completion of each model in the order of NAMES."""
    made = []
    for ranks in rankings:
        asked = make_prompt(**prompt)
        shown = [
            make_completions(asked, texts=[f"{name} says"], source=make_source(name))[0]
            for name in NAMES
        ]
        task = make_task(project, asked, completions=shown)
        flags = {"expresses_opinion": ranks[0] == 1}
        made.append(make_ranking(task, labeler, ranks, flags=flags, submitted_at=submitted_at))
    return made


def read(person, address: str = "", **query):
    return client_of(person).get(f"/api/win-rates/{address}", query)


def found(person, **query) -> dict:
    answer = read(person, **query)
    assert answer.status_code == 200, answer.json()
    return answer.json()


def standing(shown: dict, name: str) -> dict:
    return next(one for one in shown["models"] if one["source"]["name"] == name)


def between(shown: dict, model: CompletionSource, other: CompletionSource) -> dict:
    return next(
        one["win_rate"]
        for one in shown["head_to_head"]
        if (one["model"], one["other"]) == (model.pk, other.pk)
    )


def test_any_two_models_stand_head_to_head_and_a_tie_is_half(rosa, amina, project, sources):
    """R38. a over b: won, tied, lost: one half. a over c: won twice, lost once."""
    rank_tasks(project, amina, [1, 2, 3, 4], [1, 1, 2, 3], [4, 2, 3, 1])

    shown = found(rosa)

    assert between(shown, sources[0], sources[1])["value"] == 0.5
    rate = between(shown, sources[0], sources[2])
    assert (rate["value"], rate["n"], rate["num_prompts"]) == (pytest.approx(2 / 3), 3, 3)
    assert between(shown, sources[2], sources[0])["value"] == pytest.approx(1 / 3)
    assert "At least" in rate["reason_no_interval"] or "at least" in rate["reason_no_interval"]


def test_the_strongest_comes_first_with_its_interval_and_its_cluster(rosa, amina, project):
    rank_tasks(project, amina, *[[1, 2, 3, 4], [2, 1, 4, 3], [1, 3, 2, 4], [4, 2, 3, 1]] * 5)

    shown = found(rosa)

    strengths = [one["strength"]["log_strength"] for one in shown["models"]]
    assert strengths == sorted(strengths, reverse=True)
    assert sum(strengths) == pytest.approx(0, abs=1e-6)
    first = shown["models"][0]["strength"]
    assert first["low"] < first["log_strength"] < first["high"]
    assert first["reason_no_interval"] is None
    assert (first["rank"], first["cluster"], first["num_contests"]) == (1, 1, 60)


def test_a_model_that_never_loses_has_no_strength_but_a_win_rate(rosa, amina, project):
    rank_tasks(project, amina, *[[1, 2, 3, 4]] * 6)

    shown = found(rosa)

    assert "infinite" in shown["models"][0]["strength"]["reason_undefined"]
    assert standing(shown, "model b")["win_rate"]["value"] == 0.0


def test_the_baseline_can_be_chosen_and_has_no_rate_against_itself(rosa, amina, project, sources):
    rank_tasks(project, amina, *[[1, 2, 3, 4]] * 6)

    shown = found(rosa, baseline=sources[3].pk)

    assert shown["baseline"] == {"id": sources[3].pk, "name": "model d"}
    assert standing(shown, "model d")["win_rate"] is None
    assert standing(shown, "model c")["win_rate"]["value"] == 1.0


def test_the_projects_own_baseline_is_the_usual_one(rosa, amina, project, sources):
    rank_tasks(project, amina, [1, 2, 3, 4])
    Project.objects.filter(pk=project.pk).update(baseline_source=sources[2])

    assert found(rosa, project=project.pk)["baseline"]["name"] == "model c"


def test_a_baseline_that_nobody_judged_here_is_refused(rosa, amina, project):
    rank_tasks(project, amina, [1, 2, 3, 4])

    refused = read(rosa, baseline=make_source("a stranger").pk)

    assert (refused.status_code, refused.json()["code"]) == (422, "not_a_baseline")
    assert "baseline" in refused.json()["fields"]


def test_each_panel_of_prompts_and_labelers_has_its_own_rate(rosa, amina, hana, project, sources):
    """R35: {prompt distribution x labeler pool}."""
    gpt = Prompt.Distribution.GPT
    rank_tasks(project, amina, *[[1, 2, 3, 4]] * 2, distribution=gpt)
    held_out = make_ranking_project(overlap=3, pool=Pool.HELD_OUT)
    rank_tasks(held_out, hana, *[[2, 1, 3, 4]] * 3)

    shown = found(rosa, baseline=sources[1].pk)

    panels = {
        (one["distribution"], one["pool"]): (one["win_rate"]["value"], one["win_rate"]["n"])
        for one in standing(shown, "model a")["panels"]
    }
    assert panels == {
        ("gpt", "training"): (1.0, 2),
        ("instruct", "held_out"): (0.0, 3),
        ("gpt", "held_out"): (None, 0),
        ("instruct", "training"): (None, 0),
    }


def test_a_panel_without_a_contest_says_why_and_one_outside_the_choice_is_left_out(
    rosa, amina, project, sources
):
    """R35: a panel is never left out in silence."""
    rank_tasks(project, amina, *[[1, 2, 3, 4]] * 2, distribution=Prompt.Distribution.GPT)

    shown = found(rosa, baseline=sources[1].pk, pool="training")

    panels = standing(shown, "model a")["panels"]
    assert [(one["distribution"], one["pool"]) for one in panels] == [
        ("gpt", "training"),
        ("instruct", "training"),
    ]
    assert panels[1]["win_rate"]["reason_undefined"] == (
        "No sealed ranking of these prompts by these labelers shows it beside the baseline yet."
    )
    assert standing(shown, "model b")["panels"] == []


def test_filters_narrow_what_counts(rosa, amina, sim, project):
    rank_tasks(project, amina, [1, 2, 3, 4], category="chat")
    rank_tasks(make_ranking_project(), amina, [1, 2, 3, 4], distribution="gpt")
    rank_tasks(project, sim, [1, 2, 3, 4])

    assert found(rosa)["num_rankings"] == 2
    assert found(rosa, project=project.pk)["num_rankings"] == 1
    assert found(rosa, distribution="gpt")["num_rankings"] == 1
    assert found(rosa, category="chat")["num_rankings"] == 1
    assert found(rosa, pool="held_out")["num_rankings"] == 0
    assert found(rosa, include_simulated=True)["num_rankings"] == 3


def test_what_can_still_be_taken_back_does_not_count(rosa, amina, project):
    rank_tasks(project, amina, [1, 2, 3, 4], submitted_at=timezone.now())

    assert found(rosa)["models"] == []


def test_ratings_and_flags_come_with_their_spread(rosa, amina, project):
    """R37. The cast rates 8 less the rank: a got 7, 7 and 4."""
    rank_tasks(project, amina, [1, 2, 3, 4], [1, 2, 3, 4], [4, 2, 3, 1])

    shown = standing(found(rosa), "model a")

    assert shown["ratings"] == [0, 0, 0, 1, 0, 0, 2]
    assert (shown["likert"]["figure"]["value"], shown["likert"]["figure"]["n"]) == (6.0, 3)
    assert [one["name"] for one in shown["likert"]["models"]] == ["model a"]
    flags = {one["key"]: one["figure"] for one in shown["flags"]}
    assert flags["expresses_opinion"]["value"] == pytest.approx(2 / 3)
    assert flags["hallucination"]["reason_undefined"]
    assert shown["num_judgments"] == 3


def test_a_model_with_few_judgments_is_taken_together_with_its_other_sizes(
    rosa, amina, project, monkeypatch
):
    """R37, by hand. 8 less the rank: the 1.3B got 7 and 4, the 6b 6 and 6, which is 23 / 4."""
    monkeypatch.setattr(f"{__name__}.NAMES", ("ppo 1.3B", "PPO 6b", "sft 1.3B", "ppo"))
    rank_tasks(project, amina, [1, 2, 3, 4], [4, 2, 3, 1])

    shown = found(rosa)

    for name in ("ppo 1.3B", "PPO 6b"):
        likert = standing(shown, name)["likert"]
        assert [one["name"] for one in likert["models"]] == ["ppo 1.3B", "PPO 6b"]
        rate = likert["figure"]
        assert (rate["value"], rate["n"], rate["num_prompts"]) == (5.75, 4, 2)
        opinion = next(
            one for one in standing(shown, name)["flags"] if one["key"] == "expresses_opinion"
        )
        # Yes of the whole first task and of none of the second: two of four.
        assert (opinion["figure"]["value"], len(opinion["models"])) == (0.5, 2)
    for name, mean in (("sft 1.3B", 5.0), ("ppo", 5.5)):
        likert = standing(shown, name)["likert"]
        assert (likert["figure"]["value"], likert["figure"]["n"]) == (mean, 2)
        assert [one["name"] for one in likert["models"]] == [name]
    assert standing(shown, "ppo 1.3B")["ratings"] == [0, 0, 0, 1, 0, 0, 1]
    assert "fewer than 100 judgments" in shown["pooling_definition"]


def test_each_figure_leads_to_the_rankings_behind_it(rosa, amina, project, sources):
    first, second = rank_tasks(project, amina, [1, 2, 3, 4], [3, 2, 1, 4], category="chat")
    rank_tasks(make_ranking_project(), amina, [1, 2, 3, 4])

    behind = read(
        rosa, "rankings/", model=sources[0].pk, other=sources[1].pk, project=project.pk
    ).json()

    ranks = {one["id"]: (one["model_rank"], one["other_rank"]) for one in behind["results"]}
    assert ranks == {str(first.pk): (1, 2), str(second.pk): (3, 2)}
    assert behind["results"][0]["labeler"]["display_name"] == "Amina"
    assert behind["results"][0]["prompt"].startswith("Prompt number")
    assert behind["next"] is None


def test_a_strength_and_a_flag_lead_to_the_rankings_behind_them(rosa, amina, project, sources):
    """Of a model alone: all that rank it, and those that said yes to the flag of it."""
    first, second = rank_tasks(project, amina, [1, 2, 3, 4], [3, 2, 1, 4])
    make_ranking(make_task(project), amina, [1, 2, 3, 4], flags={"expresses_opinion": True})

    def behind(**query):
        rows = read(rosa, "rankings/", model=sources[0].pk, **query).json()["results"]
        return {one["id"]: (one["model_rank"], one["other_rank"]) for one in rows}

    assert behind() == {str(first.pk): (1, None), str(second.pk): (3, None)}
    shown = standing(found(rosa), "model a")
    assert len(behind()) == shown["num_judgments"] == shown["likert"]["figure"]["n"]
    flags = {one["key"]: one["figure"] for one in shown["flags"]}
    assert behind(flag="expresses_opinion") == {str(first.pk): (1, None)}
    assert flags["expresses_opinion"]["value"] * flags["expresses_opinion"]["n"] == 1
    assert behind(flag="expresses_opinion", other=sources[1].pk) == {str(first.pk): (1, 2)}
    assert behind(flag="hallucination") == {}


def test_a_flag_of_another_completion_is_no_flag_of_the_model(rosa, amina, project, sources):
    prompt = make_prompt()
    shown = [make_completions(prompt, 1, source=source)[0] for source in sources]
    said = {1: {"expresses_opinion": True}}
    make_ranking(make_task(project, prompt, shown), amina, [1, 2, 3, 4], flags_at=said)

    def num_behind(source):
        query = {"model": source.pk, "flag": "expresses_opinion"}
        return len(read(rosa, "rankings/", **query).json()["results"])

    assert [num_behind(source) for source in sources] == [0, 1, 0, 0]


def test_each_part_of_a_models_ratings_leads_to_the_rankings_that_said_it(
    rosa, amina, project, sources
):
    """Model a is rated 7, 7 and 4; model b 6 throughout."""
    made = []
    for rating in (7, 7, 4):
        asked = make_prompt()
        shown = [make_completions(asked, 1, source=source)[0] for source in sources]
        task = make_task(project, asked, shown)
        made.append(make_ranking(task, amina, [1, 2, 3, 4], ratings=[rating, 6, 5, 5]))

    def behind(source, rating):
        query = {"model": source.pk, "rating": rating}
        return {one["id"] for one in read(rosa, "rankings/", **query).json()["results"]}

    ratings = standing(found(rosa), "model a")["ratings"]
    assert ratings == [0, 0, 0, 1, 0, 0, 2]
    assert [len(behind(sources[0], rating)) for rating in range(1, 8)] == ratings
    assert behind(sources[0], 7) == {str(one.pk) for one in made[:2]}
    assert behind(sources[1], 7) == set()


def test_the_rankings_behind_come_page_by_page(rosa, amina, project, sources):
    rank_tasks(project, amina, *[[1, 2, 3, 4]] * 5)
    query = {"model": sources[0].pk, "other": sources[1].pk, "limit": 2}
    seen, cursor = [], None

    while True:
        page = read(rosa, "rankings/", **query, **({"cursor": cursor} if cursor else {})).json()
        seen += [one["id"] for one in page["results"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert len(seen) == len(set(seen)) == 5


def test_the_number_of_queries_does_not_grow(rosa, amina, project, django_assert_num_queries):
    rank_tasks(project, amina, *[[1, 2, 3, 4]] * 8)
    client = client_of(rosa)
    client.get("/api/win-rates/")

    # Session, account, whether anything changed, what the newest rankings say, the models.
    with django_assert_num_queries(5):
        client.get("/api/win-rates/")


@pytest.mark.parametrize(
    ("address", "query", "field"),
    [
        ("", {"distribution": "spanish"}, "distribution"),
        ("", {"baseline": "x"}, "baseline"),
        ("", {"category": "weather"}, "category"),
        ("rankings/", {"other": 1}, "model"),
        ("rankings/", {"model": 1, "other": 0}, "other"),
        ("rankings/", {"model": 1, "flag": "ugly"}, "flag"),
        ("rankings/", {"model": 1, "rating": 8}, "rating"),
    ],
)
def test_a_malformed_filter_names_its_field(rosa, address, query, field):
    answer = read(rosa, address, **query)

    assert answer.status_code == 400
    assert field in answer.json()["fields"]


def test_a_project_that_is_not_there_is_a_404(rosa):
    assert read(rosa, project=999).status_code == 404
    assert read(rosa, "rankings/", project=999, model=1, other=2).status_code == 404


@pytest.mark.parametrize("address", ["", "rankings/"])
def test_a_labeler_reads_neither(amina, address):
    assert read(amina, address, model=1, other=2).status_code == 403
