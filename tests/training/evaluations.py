"""What tests of evaluations share: prompts that several models have answered."""

from collections.abc import Sequence

from labeling.models import CompletionSource, Prompt
from tests.cast import client_of, make_completions, make_prompt, make_source


def answered_prompt(
    sources: Sequence[CompletionSource], *, each: int = 1, **fields: object
) -> Prompt:
    """A prompt with so many distinct completions of each source."""
    prompt = make_prompt(**fields)
    for source in sources:
        texts = [f"{source.name} says {n}" for n in range(each)]
        make_completions(prompt, texts=texts, source=source)
    return prompt


def three_sources() -> list[CompletionSource]:
    return [make_source(name) for name in ("the baseline", "model a", "model b")]


def wanted(models: Sequence[CompletionSource], /, **changes: object) -> dict:
    """The body that opens a ranking evaluation of the others against the first."""
    return {
        "name": "Spring round",
        "kind": "ranking",
        "baseline_source": models[0].pk,
        "sources": [source.pk for source in models[1:]],
        "prompts": {"num_prompts": 100},
        "k": 4,
        **changes,
    }


def post(user, address: str, body: object):
    return client_of(user).post(f"/api/evaluations/{address}", body, format="json")
