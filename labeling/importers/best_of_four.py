"""The best of four continuations.

JSON: {"query", "sample0", "sample1", "sample2", "sample3", "best": 0 | 1 | 2 | 3}, as texts. What
was chosen is better than each of the others; among those nothing was said, so the judgments are
three pairs and no ranking.

Source: Ziegler et al. 2019, lm-human-preferences.
"""

from typing import Final

from labeling.importers.reading import (
    Row,
    best_over_each,
    read_any_text,
    read_whole_number,
    reader_of_json,
)
from labeling.importers.records import (
    SOMEBODY,
    Choices,
    DataFormat,
    JudgedCompletion,
    JudgedTask,
    Judgment,
)

SAMPLES: Final = ("sample0", "sample1", "sample2", "sample3")
SOURCE: Final = "policy"


def read_task(row: Row, _: Choices) -> JudgedTask:
    prompt = row.read("query", read_continued) or ""
    samples = [row.read(name, read_decoded) or "" for name in SAMPLES]
    best = row.read("best", read_best) or 0
    row.check()
    return JudgedTask(
        prompt=prompt,
        completions=tuple(JudgedCompletion(SOURCE, text) for text in samples),
        judgments=tuple(Judgment(SOMEBODY, ranks) for ranks in best_over_each(best, len(SAMPLES))),
    )


def read_decoded(value: object) -> str:
    if isinstance(value, list):
        raise ValueError("Numbers of tokens; decode them with the vocabulary of GPT-2 first.")
    return read_any_text(value)


def read_continued(value: object) -> str:
    text = read_decoded(value)
    if not text.strip():
        raise ValueError("Empty.")
    return text


def read_best(value: object) -> int:
    best = read_whole_number(value)
    if best not in range(len(SAMPLES)):
        raise ValueError("0 to 3: the number of the best sample.")
    return best


BEST_OF_FOUR: Final = DataFormat(
    name="lm-human-preferences",
    about="Four samples and the best of them, as texts.",
    row="item",
    read=reader_of_json(read_task),
)
