"""Five models, forty prompts and three labelers with an opinion: what pages of figures show.

Everything is drawn with a seed, so a picture changes only when its page does.
"""

import itertools
import random
import uuid

from labeling.models import (
    Completion,
    CompletionSource,
    PresentedCompletion,
    Project,
    Prompt,
    Ranking,
    User,
)
from labeling.preferences import dense_ranks
from labeling.selectors.agreement_selection import Selection
from labeling.selectors.contested import access_contested, contested_prompts
from labeling.services.ranking_questions import answer_about_ranking, ask_labelers
from tests.cast import (
    make_completions,
    make_demonstration,
    make_demonstration_project,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_source,
    make_task,
)
from training.models import Snapshot
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import freeze_demonstrations, freeze_rankings

NUM_PROMPTS = 40
# How good each model is, and whether it likes lists.
MODELS = {
    "ppo-ptx-2": (1.6, True),
    "ppo-1": (1.4, True),
    "sft-3": (0.6, False),
    "prompted base": (-0.2, False),
    "base": (-1.2, False),
}
CATEGORIES = ("generation", "open_qa", "brainstorming", "chat", "rewrite", "summarization")
WORDS = (
    "Tides rise and fall because the moon pulls the water of the sea towards itself while the "
    "earth turns below it, so that most coasts see two high waters and two low ones each day"
).split()
RESEARCH_PROJECT = "Policies of the spring round"


def seed_research(people: dict[str, User]) -> tuple[Project, Snapshot, Snapshot]:
    """The project with its rankings, and a snapshot of rankings and one of demonstrations."""
    draw = random.Random(2022)
    project = make_ranking_project(name=RESEARCH_PROJECT, k=5, overlap=3)
    sources = {name: make_source(name) for name in MODELS}
    Project.objects.filter(pk=project.pk).update(baseline_source=sources["sft-3"])
    labelers = [people["amina"], people["otto"]]
    for number in range(NUM_PROMPTS):
        prompt = _prompt(draw, number)
        shown = [_answer(draw, prompt, source) for source in sources.values()]
        task = make_task(project, prompt, completions=shown)
        for labeler in labelers:
            _rank(draw, task, labeler, shown)
    writing = make_demonstration_project(name="Answers for the spring round", overlap=1)
    for number in range(12):
        asked = _prompt(draw, NUM_PROMPTS + number)
        text = " ".join(draw.choices(WORDS, k=20 + number))
        written = make_demonstration(make_task(writing, asked), labelers[number % 2], text)
        type(written).objects.filter(pk=written.pk).update(token_count=20 + number)
    query = SnapshotQuery(project_ids=[project.pk])
    rankings = freeze_rankings(by=people["ada"], name="Spring rankings", query=query)
    freeze_rankings(by=people["ada"], name="Everything so far", query=SnapshotQuery())
    answers = SnapshotQuery(project_ids=[writing.pk])
    return (
        project,
        rankings,
        freeze_demonstrations(by=people["ada"], name="Spring answers", query=answers),
    )


def ask_about_the_most_contested(people: dict[str, User]) -> None:
    """Rosa asks both labelers why; Amina has answered. Precondition: agreement is worked out."""
    project = Project.objects.get(name=RESEARCH_PROJECT)
    row = contested_prompts(Selection(project_id=project.pk)).first()
    assert row is not None
    contested = access_contested(project_id=project.pk, prompt_id=row.prompt_id)
    asked, _ = ask_labelers(
        author=people["rosa"],
        contested=contested,
        text="What decided it for you? Was it the length?",
        client_key=uuid.uuid4(),
    )
    mine = next(one for one in asked if one.ranking.labeler == people["amina"])
    answer_about_ranking(
        labeler=people["amina"],
        question_id=mine.pk,
        text="The shorter one leaves out that there are two high waters a day.",
    )


def _prompt(draw: random.Random, number: int) -> Prompt:
    from_customer = number % 3 == 0
    fields: dict[str, object] = {"source_kind": Prompt.SourceKind.LABELER_PLAIN}
    if from_customer:
        fields = {
            "source_kind": Prompt.SourceKind.CUSTOMER,
            "consent_reference": "terms 3",
            "organization_key": f"customer-{number % 4}",
        }
    return make_prompt(
        f"Explain to a child, in their own words, why the tides come and go ({number}).",
        split="validation" if number % 8 == 0 and not from_customer else None,
        category=draw.choice(CATEGORIES),
        distribution=Prompt.Distribution.GPT if number % 4 == 0 else Prompt.Distribution.INSTRUCT,
        flags={"closed_domain": draw.random() < 0.2, "requests_advice": draw.random() < 0.1},
        token_count=draw.randint(12, 300),
        language="en" if draw.random() < 0.95 else "de",
        **fields,
    )


def _answer(draw: random.Random, prompt: Prompt, source: CompletionSource) -> Completion:
    quality, likes_lists = MODELS[source.name]
    length = max(8, round(draw.gauss(26 + 6 * quality, 6)))
    text = " ".join(draw.choices(WORDS, k=length)).capitalize() + "."
    if likes_lists and draw.random() < 0.6:
        text = f"In short:\n\n- {text}\n- {' '.join(draw.choices(WORDS, k=6))}"
    return make_completions(prompt, texts=[text], source=source)[0]


def _rank(draw: random.Random, task, labeler: User, shown: list[Completion]) -> Ranking:
    worth = [MODELS[one.source.name][0] + draw.gauss(0, 1.1) for one in shown]
    order = sorted(range(len(shown)), key=lambda place: -worth[place])
    rank_of = [0] * len(shown)
    for rank, place in enumerate(order, start=1):
        rank_of[place] = rank
    # Those that are nearly as good are tied.
    for better, worse in itertools.pairwise(order):
        if worth[better] - worth[worse] < 0.25:
            rank_of[worse] = rank_of[better]
    ranking = make_ranking(
        task,
        labeler,
        list(dense_ranks(rank_of)),
        ratings=[min(7, max(1, round(4 + one))) for one in worth],
        flags={"fails_instruction": draw.random() < 0.2, "expresses_opinion": False},
    )
    places = list(range(len(shown)))
    draw.shuffle(places)
    PresentedCompletion.objects.bulk_create(
        PresentedCompletion(assignment=ranking.assignment, completion=one, position=place)
        for one, place in zip(shown, places, strict=True)
    )
    Ranking.objects.filter(pk=ranking.pk).update(seconds_active=draw.uniform(150, 420))
    return ranking
