"""The text that models read, the text they are judged by, and the topics of every use."""

from experiments.base import documents, learned_tokenizer, own_text, split
from experiments.lab import Lab
from experiments.settings import FULL
from experiments.stories import all_topics


def test_a_document_ends_at_the_space_that_fills_it():
    """Words and their spaces: 'one two ' is 8 long, 'three ' 6, 'four five ' 10."""
    assert documents("one two three four five six", 8) == ["one two", "three four", "five six"]


def test_no_held_out_document_is_learned_from():
    pieces = [str(number) for number in range(40)]

    kept, held_out = split(pieces, 30)

    assert sorted(held_out, key=int) == ["9", "19", "29", "39"]
    assert len(kept) == 30
    assert not set(kept) & set(held_out)


def test_the_learned_tokenizer_reads_back_any_text():
    tokenizer = learned_tokenizer(["the fox and the river"] * 9, 300)

    for text in (" The fox.", "Größe 12\n\tλ", "\u2028"):
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        assert tokenizer.decode(ids) == text
    assert tokenizer.eos_token_id != tokenizer.pad_token_id


def test_the_project_has_text_of_its_own():
    assert len(own_text()) > 200_000


def test_no_prompt_has_two_uses(tmp_path):
    """R51: what is judged is never what was trained on."""
    lab = Lab(tmp_path, "", FULL)
    stories = all_topics(1)[: FULL.base.num_stories]
    uses = [stories, *(lab.topics(use) for use in ("ranked", "validation", "ppo", "looks"))]

    prompts = [topic.prompt for use in uses for topic in use]
    assert len(prompts) == len(set(prompts)) == 13_824
    needed = (2048, FULL.reward.num_validation, FULL.ppo.num_prompts, FULL.ppo.look_prompts)
    assert all(len(use) >= count for use, count in zip(uses[1:], needed, strict=True))
