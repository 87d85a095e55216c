"""Two responses to a prompt of a scenario, one preferred or a tie.

JSON Lines: {"scenario", "label": 0 | 1 | 2, "prompt", "response 1", "response 2"}, where 0 and 1
name the better response and 2 is a tie. A scenario that is clearly of one of our categories gives
the prompt that category.

Source: Li et al. 2023, Auto-J.
"""

from collections.abc import Mapping
from typing import Final

from labeling.importers.reading import Row, read_whole_number, reader_of_json
from labeling.importers.records import (
    SOMEBODY,
    Choices,
    DataFormat,
    JudgedCompletion,
    JudgedTask,
    Judgment,
)

RANKS_OF_LABEL: Final[Mapping[int, tuple[int, int]]] = {0: (1, 2), 1: (2, 1), 2: (1, 1)}
SOURCE: Final = "assistant"
# What belongs to none alone, as planning or value_judgement, is left to whoever annotates prompts.
SCENARIOS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "brainstorming": ("brainstorming",),
    "chat": ("chitchat", "roleplay"),
    "classification": ("classification_identification", "topic_modeling"),
    "closed_qa": ("reading_comprehension",),
    "extract": ("information_extraction", "keywords_extraction"),
    "generation": (
        "code_generation",
        "creative_writing",
        "functional_writing",
        "question_generation",
        "title_generation",
    ),
    "open_qa": (
        "asking_how_to_question",
        "explaining_general",
        "math_reasoning",
        "open_question",
        "solving_exam_question_with_math",
        "solving_exam_question_without_math",
        "verifying_fact",
    ),
    "rewrite": (
        "code_correction_rewriting",
        "code_simplification",
        "code_to_code_translation",
        "instructional_rewriting",
        "language_polishing",
        "paraphrasing",
        "text_correction",
        "text_simplification",
        "text_to_text_translation",
    ),
    "summarization": ("note_summarization", "post_summarization", "text_summarization"),
}
CATEGORY_OF: Final[Mapping[str, str]] = {
    scenario: category for category, scenarios in SCENARIOS_OF.items() for scenario in scenarios
}
# writing_email, writing_blog_post, writing_song_lyrics and a dozen others.
WRITING: Final = "writing_"


def read_task(row: Row, _: Choices) -> JudgedTask:
    prompt = row.text("prompt")
    responses = [row.any_text(f"response {side}") for side in (1, 2)]
    ranks = row.read("label", read_label) or (1, 1)
    row.check()
    return JudgedTask(
        prompt=prompt,
        completions=tuple(JudgedCompletion(SOURCE, text) for text in responses),
        judgments=(Judgment(SOMEBODY, ranks),),
        category=category_of(row.members.get("scenario")),
    )


def category_of(scenario: object) -> str | None:
    """A hint, so one that is not understood breaks no row."""
    if isinstance(scenario, str) and scenario.startswith(WRITING):
        return "generation"
    return CATEGORY_OF.get(scenario) if isinstance(scenario, str) else None


def read_label(value: object) -> tuple[int, int]:
    try:
        return RANKS_OF_LABEL[read_whole_number(value)]
    except (ValueError, KeyError) as error:
        said = "0 or 1 for the better response, 2 for a tie, as numbers."
        raise ValueError(said) from error


AUTO_J: Final = DataFormat(
    name="auto-j",
    about="Two responses and a label: 0, 1, or 2 for a tie.",
    row="line",
    read=reader_of_json(read_task),
)
