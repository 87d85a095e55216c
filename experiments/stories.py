"""A small world of prompts and answers that a tiny model can learn to write within minutes.

A prompt names a creature, a place and a thing; an answer is two or three plain sentences, warm,
cold or neither, that take up some of what was named. What labelers think of an answer is not
decided here but by `simulation.preferences.utility`, which reads any text.
"""

import random
from dataclasses import dataclass

CREATURES = (
    "fox dog cat bird frog bear duck mouse girl boy king sailor farmer baker teacher painter "
    "horse sheep rabbit owl wolf turtle knight gardener"
).split()
PLACES = (
    "river garden hill school forest bridge kitchen market island castle tower village station "
    "harbor cave meadow library window field stable valley road beach attic"
).split()
THINGS = (
    "lamp boat book drum kite apple bell coat letter ladder basket mirror candle ring hat clock "
    "bread blanket flute map rope wagon pencil stone"
).split()

NEUTRAL = (
    "The {creature} walked slowly to the {place}.",
    "There was a {thing} near the {place}.",
    "The {creature} looked at the {thing} for a while.",
    "It was early and the {place} was quiet.",
    "The {thing} was made of wood and stone.",
    "One day the {creature} came to the {place} with a {thing}.",
    "Then the {creature} went home again.",
)
WARM = (
    "The {creature} smiled when the {thing} was found.",
    "A friend came to see the {creature} at the {place}.",
    "Then all of them played at the {place}.",
    "The {creature} was happy to have a {thing}.",
    "The {creature} loved to sit by the {place}.",
    "They thanked the {creature} for the {thing}.",
    "It was fun to look for the {thing}.",
)
COLD = (
    "The {creature} was sad at the {place}.",
    "The {thing} was lost on the way to the {place}.",
    "They fought about the {thing} all day.",
    "It was a bad day at the {place}.",
    "The {creature} was afraid of the {place}.",
    "Nobody came and the {thing} broke.",
    "An angry {creature} came to the {place}.",
)
MOODS = (NEUTRAL, WARM, COLD)
# How often an answer names something that the prompt did not ask for.
STRAYS = 0.25
NUM_SENTENCES = (2, 2, 3)


@dataclass(frozen=True)
class Topic:
    """What a prompt names."""

    creature: str
    place: str
    thing: str

    @property
    def prompt(self) -> str:
        return f"Write of the {self.creature}, the {self.place} and the {self.thing}."


def all_topics(seed: int) -> list[Topic]:
    """Every topic once, in an order fixed by the seed."""
    topics = [
        Topic(creature, place, thing)
        for creature in CREATURES
        for place in PLACES
        for thing in THINGS
    ]
    random.Random(seed).shuffle(topics)
    return topics


def story(topic: Topic, generator: random.Random) -> str:
    """An answer in one of all moods; it begins with a space, as text after a prompt does."""
    weights = [generator.random() ** 2 for _ in MOODS]
    sentences = []
    for _ in range(generator.choice(NUM_SENTENCES)):
        mood = generator.choices(MOODS, weights)[0]
        sentences.append(_sentence(generator.choice(mood), topic, generator))
    return " " + " ".join(sentences)


def _sentence(template: str, topic: Topic, generator: random.Random) -> str:
    def named(asked: str, others: list[str]) -> str:
        return generator.choice(others) if generator.random() < STRAYS else asked

    return template.format(
        creature=named(topic.creature, CREATURES),
        place=named(topic.place, PLACES),
        thing=named(topic.thing, THINGS),
    )
