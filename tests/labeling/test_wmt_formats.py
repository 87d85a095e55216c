"""WMT's rankings in three shapes: identical outputs are one completion of several systems."""

from unittest.mock import patch

from labeling.importers import reading
from labeling.importers.records import JudgedTask, LeftOut
from tests.labeling.import_samples import (
    WMT_COLUMNS,
    WMT_XML,
    lines,
    problems,
    ranks,
    read,
    record,
    table,
    wmt_pair,
    wmt_ranking,
)


def keys(task: JudgedTask) -> list[str]:
    return [completion.key for completion in task.completions]


def test_systems_of_one_output_are_one_completion_credited_to_all_of_them() -> None:
    """Ranks are as dense as they come: 4 and 2 are 2 and 1."""
    task = record("wmt", lines(wmt_ranking(("jhu", 4), ("uedin kit", 2), ("online-B", 2))))

    assert (keys(task), ranks(task)) == (["jhu", "kit+uedin", "online-B"], [(2, 1, 1)])
    merged = task.completions[1]
    assert (merged.source, merged.also_by) == ("kit", ("uedin",))
    assert (task.identity, task.group) == ("tur-eng/620/1263", "tur-eng/620")
    assert task.judgments[0].seconds == 27.8
    assert not task.has_texts


def test_rankings_of_nothing_or_of_one_output_are_left_out() -> None:
    empty, single = read("wmt", lines(wmt_ranking(), wmt_ranking(("jhu kit", 1))))

    assert empty == LeftOut("No completion: there is nothing to compare.")
    assert single == LeftOut("Only one different completion: there is nothing to compare.")


def test_the_pairs_of_a_ranking_are_put_together_again() -> None:
    """They are spread over the file; -1 was not ranked."""
    content = table(
        WMT_COLUMNS,
        wmt_pair("jhu", "kit+uedin", (3, 1)),
        wmt_pair("jhu", "kit+uedin", (1, 1), ranking=2),
        wmt_pair("jhu", "online-B", (3, -1)),
        wmt_pair("kit+uedin", "online-B", (1, -1)),
    )

    first, second = read("wmt-csv", content)

    assert (keys(first), ranks(first)) == (["jhu", "kit+uedin", "online-B"], [(2, 1, None)])
    assert first.completions[1].also_by == ("uedin",)
    assert (second.identity, ranks(second)) == ("ron-eng/7/2", [(1, 1)])


def test_a_system_with_two_ranks_in_one_ranking_is_told_with_its_line() -> None:
    content = table(WMT_COLUMNS, wmt_pair("jhu", "kit", (2, 1)), wmt_pair("jhu", "uedin", (1, 3)))

    (errors,) = read("wmt-csv", content)

    assert [(error.line, error.field) for error in errors] == [(2, ""), (3, "system1rank")]
    assert errors[0].message == "Not stored, for row 3 of the same task is broken."


def test_rankings_of_two_judges_that_are_numbered_alike_are_not_put_together() -> None:
    """As in two files put together: the second judge's pairs would be taken for the first one's."""
    other = wmt_pair("kit", "uedin", (1, 2))
    other[4] = "judge2"

    first, second = read("wmt-csv", table(WMT_COLUMNS, wmt_pair("jhu", "kit", (2, 1)), other))

    assert [task.judgments[0].labeler for task in (first, second)] == ["judge1", "judge2"]
    assert (keys(first), keys(second)) == (["jhu", "kit"], ["kit", "uedin"])


def test_more_pairs_than_fit_into_memory_are_refused_with_the_remedy() -> None:
    content = table(WMT_COLUMNS, *(wmt_pair("jhu", "kit", (2, 1), ranking=n) for n in range(5)))

    with patch.object(reading, "MAX_ROWS_HELD", 3):
        (errors,) = read("wmt-csv", content)

    assert (errors[0].line, "Split the file" in errors[0].message) == (5, True)


def test_a_time_below_0_or_of_years_is_told() -> None:
    for seconds in (-1, 1e12):
        row = wmt_ranking(("jhu", 1), ("kit", 2)) | {"duration_s": seconds}

        assert problems(read("wmt", lines(row))) == {
            "duration_s": "Seconds, from 0 to some months."
        }


def test_the_xml_says_how_long_it_took_and_rankings_are_counted() -> None:
    first, second = read("wmt-xml", WMT_XML.encode())

    assert (keys(first), ranks(first)) == (["online-B", "kit+uedin", "jhu"], [(2, 1, None)])
    assert first.judgments[0].seconds == 74.5
    assert (first.judgments[0].labeler, first.identity) == ("jo", "ron-eng/7/1")
    assert isinstance(second, LeftOut)


def test_all_three_shapes_name_the_same_completion_alike() -> None:
    """So rankings that were read from different files meet on it."""
    row = wmt_ranking(("uedin kit", 1), ("online-B", 2)) | {"lang_pair": "ron-eng", "segment": 7}
    as_lines = record("wmt", lines(row))
    as_csv = record("wmt-csv", table(WMT_COLUMNS, wmt_pair("uedin+kit", "online-B", (1, 2))))
    as_xml = read("wmt-xml", WMT_XML.encode())[0]

    assert as_lines.prompt == as_csv.prompt == as_xml.prompt == "Segment 7 of ron-eng"
    assert as_lines.completions == as_csv.completions
    assert set(as_lines.completions) < set(as_xml.completions)


def test_entities_are_never_expanded() -> None:
    """A billion laughs ends at the document type, before anything is declared."""
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'

    (errors,) = read("wmt-xml", bomb)

    assert "A document type is not read" in errors[0].message


def test_a_file_that_breaks_off_keeps_what_came_before() -> None:
    cut = WMT_XML[: WMT_XML.index('user="mo"')]

    first, errors = read("wmt-xml", cut.encode())

    assert isinstance(first, JudgedTask)
    assert "Not XML" in errors[0].message


def test_what_is_missing_in_the_xml_is_named() -> None:
    nameless = WMT_XML.replace('user="jo"', "").replace('"00:01:14.500"', '"soon"')

    found = problems(read("wmt-xml", nameless.encode()))

    assert {"ranking-result.user", "ranking-result.duration"} <= found.keys()
