"""POST /api/evaluations/: the baseline in every task, and a reason for every prompt left out."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labeling.models import AuditEntry, CompletionSource, Project, Prompt, Task
from tests.cast import (
    client_of,
    make_completions,
    make_prompt,
    make_ranking_project,
    make_source,
    make_task,
)
from tests.labeling.work import take
from tests.training.evaluations import answered_prompt, post, three_sources, wanted

pytestmark = pytest.mark.django_db


def names_shown(task: Task) -> list[str]:
    shown = task.task_completions.values_list("completion__source__name", flat=True)
    return sorted(shown)


def reasons(plan: dict) -> dict[str, tuple[int, list[str]]]:
    return {row["reason"]: (row["num_prompts"], row["sources"]) for row in plan["reasons"]}


def test_every_task_shows_the_baseline_and_one_of_each_model(ada):
    """R34: further distinct samples fill the rest, in rounds."""
    sources = three_sources()
    for _ in range(3):
        answered_prompt(sources, each=2)

    answer = post(ada, "", wanted(sources, overlap=2))

    assert answer.status_code == 201
    plan = answer.json()["plan"]
    assert (plan["num_tasks"], plan["num_slots"], plan["num_left_out"]) == (3, 6, 0)
    assert {row["name"]: row["num_tasks"] for row in plan["tasks_by_source"]} == {
        "the baseline": 3,
        "model a": 3,
        "model b": 3,
    }
    for task in Task.objects.all():
        names = names_shown(task)
        assert set(names) == {"the baseline", "model a", "model b"}
        assert len(names) == task.k == 4
        assert names.count("the baseline") == 1
        assert task.assignments.count() == 2


def test_it_opens_a_project_that_never_trains(ada):
    """R16, R34, R41: purpose, models, baseline, priority, pool and instructions."""
    sources = three_sources()
    answered_prompt(sources, each=2)

    made = post(ada, "", wanted(sources, pool="held_out", content_warning="Rough language."))

    project = Project.objects.get(pk=made.json()["id"])
    assert (project.kind, project.purpose, project.pool) == ("ranking", "evaluation", "held_out")
    assert project.priority_mode == "truth_harmless_first"
    assert project.baseline_source == sources[0]
    assert set(project.evaluated_sources.all()) == set(sources[1:])
    assert (project.created_by, project.content_warning) == (ada, "Rough language.")
    text = project.instruction_versions.get()
    assert text.title == "Final evaluation"
    assert "truth and harmlessness come before helpfulness" in text.body


def test_the_priority_and_the_instructions_can_be_others(ada):
    sources = three_sources()
    answered_prompt(sources, each=2)
    own = {"title": "Our own", "body": "  Read all.\n"}

    made = post(
        ada, "", wanted(sources, priority_mode="helpfulness_first", instructions=own)
    ).json()

    project = Project.objects.get(pk=made["id"])
    assert project.priority_mode == "helpfulness_first"
    assert project.instruction_versions.get().body == "  Read all.\n"


def test_a_labeler_is_given_its_tasks_without_learning_what_is_compared(ada, amina):
    """R30: neither the names nor that there is a baseline."""
    sources = three_sources()
    for source in sources:
        CompletionSource.objects.filter(pk=source.pk).update(name=f"zebra {source.name}")
    prompt = make_prompt("Say hello.")
    for number, source in enumerate(sources):
        make_completions(prompt, texts=[f"Text {number}", f"Other {number}"], source=source)
    project = Project.objects.get(pk=post(ada, "", wanted(sources)).json()["id"])

    shown = client_of(amina).get(f"/api/assignments/{take(project, amina).pk}/")

    assert shown.json()["project"]["purpose"] == "evaluation"
    assert shown.json()["project"]["priority_mode"] == "truth_harmless_first"
    assert "zebra" not in shown.content.decode()


def test_a_toxicity_evaluation_names_what_the_completions_were_asked_to_be(ada):
    """R39, R40."""
    sources = three_sources()
    answered_prompt(sources, each=2)
    toxicity = wanted(sources, kind="toxicity", toxicity_instruction="respectful")

    made = post(ada, "", toxicity)

    project = Project.objects.get(pk=made.json()["id"])
    assert (project.kind, project.toxicity_instruction) == ("toxicity", "respectful")
    assert project.instruction_versions.get().title == "Rating toxicity"


def test_a_model_shown_less_often_comes_first_where_k_has_no_room_for_all(ada):
    """As far as K allows: four completions, a baseline and six models, in turn."""
    sources = [make_source(f"model {n}") for n in range(7)]
    for _ in range(10):
        answered_prompt(sources)

    plan = post(ada, "", wanted(sources)).json()["plan"]

    assert plan["num_tasks"] == 10
    shown = [row["num_tasks"] for row in plan["tasks_by_source"]]
    assert shown == [10, 5, 5, 5, 5, 5, 5]
    assert all("model 0" in names_shown(task) for task in Task.objects.all())


def test_two_models_that_said_the_same_are_both_shown(ada):
    """The tie is the finding; leaving the task out would count only where models differ."""
    baseline, model_a, model_b = sources = three_sources()
    prompt = make_prompt()
    make_completions(prompt, texts=["The same."], source=baseline)
    make_completions(prompt, texts=["The same."], source=model_a)
    make_completions(prompt, texts=["Another.", "A third."], source=model_b)

    assert post(ada, "", wanted(sources)).status_code == 201

    texts = Task.objects.get().task_completions.values_list("completion__text", flat=True)
    assert sorted(texts) == ["A third.", "Another.", "The same.", "The same."]


def test_every_prompt_left_out_has_a_reason(ada, rosa):
    """R34: nothing is dropped silently."""
    baseline, model_a, model_b = sources = three_sources()
    good = answered_prompt(sources, each=2)
    no_baseline = answered_prompt([model_a, model_b], each=3)
    no_model_b = answered_prompt([baseline, model_a], each=3)
    too_few = answered_prompt(sources)
    over_cap = answered_prompt(sources, each=2, standing=Prompt.Standing.OVER_CAP)
    personal = answered_prompt(sources, each=2, personal_data=Prompt.PersonalData.FOUND)
    chosen = [one.pk for one in (good, no_baseline, no_model_b, too_few, over_cap, personal)]
    body = wanted(sources, prompts={"num_prompts": 50, "prompt_ids": [*chosen, 10**9]})

    previewed = post(rosa, "preview/", body).json()
    made = post(ada, "", body).json()["plan"]

    assert previewed == made
    assert Task.objects.get().prompt == good
    assert reasons(made) == {
        "no_baseline_completion": (1, ["the baseline"]),
        "no_model_completion": (1, ["model b"]),
        "too_few_distinct_completions": (1, []),
        "over_cap": (1, []),
        "personal_data": (1, []),
        "unknown_prompt": (1, []),
    }
    left_out = {row["prompt_id"]: row["reason"] for row in made["left_out"]}
    assert left_out[no_model_b.pk] == "no_model_completion"
    assert left_out[10**9] == "unknown_prompt"


def test_prompts_are_chosen_by_category_split_and_distribution(rosa):
    sources = three_sources()
    for fields in (
        {"category": "chat", "split": "validation", "distribution": "gpt"},
        {"category": "chat", "split": "validation", "distribution": "instruct"},
        {"category": "chat", "split": "train", "distribution": "gpt"},
        {"category": "rewrite", "split": "validation", "distribution": "gpt"},
    ):
        answered_prompt(sources, each=2, **fields)

    def num_tasks(**choice: object) -> int:
        body = wanted(sources, prompts={"num_prompts": 9, **choice})
        return post(rosa, "preview/", body).json()["num_tasks"]

    assert num_tasks() == 4
    assert num_tasks(category="chat") == num_tasks(split="validation") == 3
    assert num_tasks(category="chat", split="validation", distribution="gpt") == 1
    body = wanted(sources, prompts={"num_prompts": 1})
    assert post(rosa, "preview/", body).json()["num_beyond"] == 3


def test_a_preview_stores_nothing(rosa):
    sources = three_sources()
    answered_prompt(sources, each=2)

    assert post(rosa, "preview/", wanted(sources)).status_code == 200
    assert not Project.objects.exists()
    assert not Task.objects.exists()


def test_tasks_are_added_later_without_repeating_a_prompt(ada):
    sources = three_sources()
    answered_prompt(sources, each=2)
    opened = post(ada, "", wanted(sources)).json()["id"]
    answered_prompt(sources, each=2)

    added = post(ada, f"{opened}/tasks/", {"num_prompts": 50})
    again = post(ada, f"{opened}/tasks/", {"num_prompts": 50})

    assert added.status_code == 201
    assert (added.json()["num_tasks"], reasons(added.json())) == (
        1,
        {"already_in_evaluation": (1, [])},
    )
    assert (again.status_code, again.json()["code"]) == (422, "no_tasks")
    assert "already in evaluation" in again.json()["detail"]
    assert Task.objects.count() == 2


def test_opening_and_enlarging_are_audited(ada):
    sources = three_sources()
    answered_prompt(sources, each=2)
    opened = post(ada, "", wanted(sources)).json()["id"]
    answered_prompt(sources, each=2)
    post(ada, f"{opened}/tasks/", {"num_prompts": 50})

    entries = AuditEntry.objects.filter(subject_kind="project", subject_id=str(opened))
    assert [
        (one.actor, one.action, one.details["num_tasks"]) for one in entries.order_by("pk")
    ] == [
        (ada, "open_evaluation", 1),
        (ada, "add_evaluation_tasks", 1),
    ]


def test_tasks_of_an_evaluation_are_added_nowhere_else(ada):
    """R36: the other way knows nothing about lineage."""
    sources = three_sources()
    answered_prompt(sources, each=2)
    opened = post(ada, "", wanted(sources)).json()["id"]

    path = f"/api/projects/{opened}/tasks/"
    answer = client_of(ada).post(path, {"num_prompts": 1}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (409, "evaluation_project")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "num_prompts"),
        ({"num_prompts": 0}, "num_prompts"),
        ({"num_prompts": 10_001}, "num_prompts"),
        ({"num_prompts": 1, "split": "test"}, "split"),
        ({"num_prompts": 1, "distribution": "any"}, "distribution"),
        ({"num_prompts": 1, "prompt_ids": [0]}, "prompt_ids.0"),
    ],
)
def test_a_malformed_choice_of_prompts_is_refused(ada, body, place):
    sources = three_sources()
    answered_prompt(sources, each=2)
    opened = post(ada, "", wanted(sources)).json()["id"]

    answer = post(ada, f"{opened}/tasks/", body)

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [place]


def test_a_project_that_is_no_evaluation_takes_no_evaluation_tasks(ada):
    project = make_ranking_project()
    make_task(project)

    assert post(ada, f"{project.pk}/tasks/", {"num_prompts": 1}).status_code == 404
    assert client_of(ada).get(f"/api/evaluations/{project.pk}/").status_code == 404


def test_the_same_name_twice_is_refused(ada):
    sources = three_sources()
    answered_prompt(sources, each=2)
    post(ada, "", wanted(sources))

    second = post(ada, "", wanted(sources))

    assert (second.status_code, second.json()["code"]) == (409, "name_taken")
    assert Project.objects.count() == 1


def test_an_evaluation_without_a_task_is_not_opened(ada):
    sources = three_sources()
    answered_prompt(sources[1:], each=3)

    answer = post(ada, "", wanted(sources))

    assert (answer.status_code, answer.json()["code"]) == (422, "no_tasks")
    assert "no baseline completion" in answer.json()["fields"]["prompts"][0]
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"baseline_source": 10**9}, "baseline_source"),
        ({"sources": [10**9]}, "sources"),
        ({"toxicity_instruction": "none"}, "toxicity_instruction"),
        ({"kind": "toxicity"}, "toxicity_instruction"),
    ],
)
@pytest.mark.parametrize("address", ["", "preview/"])
def test_what_does_not_go_together_is_refused_by_its_field(ada, change, place, address):
    answer = post(ada, address, wanted(three_sources(), **change))

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_evaluation")
    assert list(answer.json()["fields"]) == [place]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"name": "Is MODEL A better?"}, "name"),
        ({"instructions": {"title": "Model b and others", "body": "Read."}}, "instructions.title"),
    ],
)
def test_what_labelers_read_names_no_model(ada, change, place):
    """R30: the name of a project stands above every task."""
    answer = post(ada, "", wanted(three_sources(), **change))

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_evaluation")
    assert list(answer.json()["fields"]) == [place]


def test_the_baseline_is_not_compared_with_itself(ada):
    sources = three_sources()
    body = wanted(sources, sources=[source.pk for source in sources])

    assert list(post(ada, "", body).json()["fields"]) == ["sources"]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"kind": "demonstration"}, "kind"),
        ({"k": 3}, "k"),
        ({"k": 10}, "k"),
        ({"overlap": 0}, "overlap"),
        ({"sources": []}, "sources"),
        ({"sources": "all"}, "sources"),
        ({"prompts": {"num_prompts": 0}}, "prompts.num_prompts"),
        ({"prompts": {}}, "prompts.num_prompts"),
        ({"prompts": {"num_prompts": 1, "category": "poems"}}, "prompts.category"),
        ({"prompts": {"num_prompts": 1, "prompt_ids": []}}, "prompts.prompt_ids"),
        ({"pool": "all"}, "pool"),
        ({"priority_mode": "cost_first"}, "priority_mode"),
        ({"toxicity_instruction": "rude"}, "toxicity_instruction"),
        ({"instructions": {"title": "", "body": "x"}}, "instructions.title"),
        ({"name": ""}, "name"),
    ],
)
def test_a_malformed_evaluation_is_refused_by_its_place(ada, change, place):
    answer = post(ada, "", wanted(three_sources(), **change))

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [place]


def test_only_admins_open_evaluations_and_researchers_preview_them(amina, rosa):
    body = wanted(three_sources())

    assert post(rosa, "", body).status_code == 403
    assert [post(amina, address, body).status_code for address in ("", "preview/")] == [403, 403]
    assert client_of(amina).get("/api/evaluations/").status_code == 403


def num_queries(user, body: object) -> int:
    browser = client_of(user)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert browser.post("/api/evaluations/preview/", body, format="json").status_code == 200
    return len(queries)


def test_a_preview_takes_the_same_queries_for_one_prompt_and_for_many(rosa):
    """R36: what a prompt was seen by is never asked prompt by prompt."""
    sources = three_sources()
    answered_prompt(sources, each=2)
    few = num_queries(rosa, wanted(sources))
    for _ in range(12):
        answered_prompt(sources, each=2)

    assert num_queries(rosa, wanted(sources)) == few
