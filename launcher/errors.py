"""The one exception that a person at the terminal is meant to read."""


class LauncherRefusal(Exception):
    """Something stands in the way, said in one sentence together with what to do about it."""

    def __init__(self, sentence: str, remedy: str, *, details: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy
        self.details = details

    def __str__(self) -> str:
        parts = [self.details.rstrip(), self.sentence, f"What to do: {self.remedy}"]
        return "\n".join(part for part in parts if part)
