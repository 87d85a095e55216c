"""What the two voluntary surveys ask, the paper's figures beside them, and what may be told.

A figure is told only where it cannot point at one person: see ``shown_shares``.
Source: Ouyang et al. 2022, Tables 12 and 13 (19 respondents each).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

SurveyName = Literal["demographic", "satisfaction"]
QuestionKind = Literal["one", "many", "country", "agreement"]

# No figure of a survey or of a question with fewer respondents is told (R18).
RESPONDENTS_MINIMUM: Final = 5
# An answer given by one or two people is withheld: they could be recognised by it.
CELL_MINIMUM: Final = 3

AGREEMENT_SCALE: Final = (
    "strongly_agree",
    "agree",
    "neutral",
    "disagree",
    "strongly_disagree",
)

# ISO 3166-1 alpha-2: browsers know their names in every language.
COUNTRIES: Final = tuple(
    (
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ "
        "BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM "
        "DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS "
        "GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN "
        "KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ "
        "MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
        "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV "
        "SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI "
        "VN VU WF WS YE YT ZA ZM ZW"
    ).split()
)


@dataclass(frozen=True)
class SurveyQuestion:
    key: str
    kind: QuestionKind
    options: tuple[str, ...]
    # Option -> the paper's share of respondents, from 0 to 1.
    reference: Mapping[str, float] = field(default_factory=dict)


def _statement(key: str, *percents: float) -> SurveyQuestion:
    reference = {
        option: round(percent / 100, 3)
        for option, percent in zip(AGREEMENT_SCALE, percents, strict=True)
    }
    return SurveyQuestion(key, "agreement", AGREEMENT_SCALE, reference)


def _choice(key: str, kind: QuestionKind, percents: Mapping[str, float]) -> SurveyQuestion:
    reference = {option: round(percent / 100, 3) for option, percent in percents.items()}
    return SurveyQuestion(key, kind, tuple(percents), reference)


SURVEYS: Final[Mapping[SurveyName, tuple[SurveyQuestion, ...]]] = {
    "demographic": (
        _choice("gender", "one", {"male": 50.0, "female": 44.4, "nonbinary_or_other": 5.6}),
        _choice(
            "ethnicity",
            "many",
            {
                "white": 31.6,
                "southeast_asian": 52.6,
                "indigenous": 0.0,
                "east_asian": 5.3,
                "middle_eastern": 0.0,
                "latinx": 15.8,
                "black": 10.5,
            },
        ),
        SurveyQuestion(
            "nationality",
            "country",
            COUNTRIES,
            {"PH": 0.22, "BD": 0.22, "US": 0.17}
            | dict.fromkeys(("AL", "BR", "CA", "CO", "IN", "UY", "ZW"), 0.05),
        ),
        _choice(
            "age",
            "one",
            {
                "18_24": 26.3,
                "25_34": 47.4,
                "35_44": 10.5,
                "45_54": 10.5,
                "55_64": 5.3,
                "65_plus": 0.0,
            },
        ),
        _choice(
            "education",
            "one",
            {
                "below_high_school": 0.0,
                "high_school": 10.5,
                "undergraduate": 52.6,
                "master": 36.8,
                "doctorate": 0.0,
            },
        ),
    ),
    "satisfaction": (
        _statement("instructions_clear", 57.9, 42.1, 0.0, 0.0, 0.0),
        _statement("task_enjoyable", 57.9, 36.8, 5.3, 0.0, 0.0),
        _statement("task_repetitive", 0.0, 31.6, 31.6, 36.8, 0.0),
        _statement("paid_fairly", 47.4, 42.1, 10.5, 0.0, 0.0),
        _statement("glad_to_have_done_it", 78.9, 21.1, 0.0, 0.0, 0.0),
    ),
}

Answers = Mapping[str, str | list[str]]


def problems_of(survey: SurveyName, answers: Mapping[str, object]) -> dict[str, str]:
    """What is wrong with a response, by question; a question may be left out."""
    questions = {question.key: question for question in SURVEYS[survey]}
    problems = dict.fromkeys(answers.keys() - questions, "This survey has no such question.")
    for key in answers.keys() & questions:
        if not _is_answer(questions[key], answers[key]):
            problems[key] = "Choose among the answers of this question."
    return problems


def _is_answer(question: SurveyQuestion, answer: object) -> bool:
    if question.kind != "many":
        return isinstance(answer, str) and answer in question.options
    return (
        isinstance(answer, list)
        and 0 < len(answer) == len({str(option) for option in answer})
        and all(isinstance(option, str) and option in question.options for option in answer)
    )


def counts_of(question: SurveyQuestion, responses: Sequence[Answers]) -> tuple[int, dict[str, int]]:
    """How many answered the question, and how often each of its options was chosen."""
    given = [response[question.key] for response in responses if question.key in response]
    counts = dict.fromkeys(question.options, 0)
    for answer in given:
        for option in answer if isinstance(answer, list) else [answer]:
            counts[option] += 1
    return len(given), counts


def shown_shares(
    question: SurveyQuestion, *, num_answers: int, counts: Mapping[str, int]
) -> dict[str, float | None] | None:
    """Each option's share of the answers, None where it is withheld; None for the whole question.

    Three rules, so that no figure, nor a difference of figures, points at one person:

    1. A question that fewer than RESPONDENTS_MINIMUM answered tells nothing.
    2. An option that one or two people chose is withheld; so is, where several may be chosen, one
       that all but one or two chose. That nobody chose an option is told: it points at nobody.
    3. Where one option is chosen, the withheld ones could be worked out from the rest. As long as
       they could, the rarest option that is still told is withheld with them.
    """
    if num_answers < RESPONDENTS_MINIMUM:
        return None
    if question.kind == "many":
        withheld = {
            option
            for option, count in counts.items()
            if _is_small(count) or _is_small(num_answers - count)
        }
    else:
        withheld = _withheld_together(counts)
    if withheld and all(option in withheld for option, count in counts.items() if count):
        return None
    return {
        option: None if option in withheld else count / num_answers
        for option, count in counts.items()
    }


def _is_small(count: int) -> bool:
    return 0 < count < CELL_MINIMUM


def _withheld_together(counts: Mapping[str, int]) -> set[str]:
    """The small options and, until they cannot be told apart, the rarest of the others."""
    withheld = {option for option, count in counts.items() if _is_small(count)}
    told = sorted(
        (option for option, count in counts.items() if count >= CELL_MINIMUM),
        key=lambda option: counts[option],
    )
    while told and withheld and _can_be_worked_out([counts[option] for option in withheld]):
        withheld.add(told.pop(0))
    return withheld


def _can_be_worked_out(counts: Sequence[int]) -> bool:
    """Whether their sum, which the told figures give away, fixes one of these counts.

    Readers know that a withheld count is at least one. With a larger one among them the sum leaves
    room; of small ones alone it does not where all are one or all are as large as small can be.
    """
    if len(counts) < 2:
        return True
    if any(count >= CELL_MINIMUM for count in counts):
        return False
    return sum(counts) in {len(counts), len(counts) * (CELL_MINIMUM - 1)}
