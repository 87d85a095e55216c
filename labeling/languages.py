"""In which language a text is written (R8), by langid's classifier, offline."""

from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

# The classifier weighs sums over the whole text; more of it changes nothing but the time.
NUM_CHARACTERS_READ = 4_000


def detect_language(text: str) -> tuple[str, float]:
    """The code of the likeliest language, for example "en", and its probability.

    A text without letters has a language too, with a probability near 0.
    """
    language, confidence = load_identifier().classify(text[:NUM_CHARACTERS_READ])
    return str(language), min(max(float(confidence), 0.0), 1.0)


@lru_cache(maxsize=1)
def load_identifier() -> LanguageIdentifier:
    """Half a second, once in a process, and only in one that stores prompts."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
