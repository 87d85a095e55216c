"""Charts place what they are given where it belongs."""

import xml.etree.ElementTree as ElementTree

import pytest

from experiments.figures import INKS, Axis, Panel, axis_around, figure


def test_scales_place_a_value_by_its_factor():
    """64 lies half-way between 16 and 256; one more than 9 half-way between 0 and 99."""
    assert Axis(16, 256, [], "log").share(64) == pytest.approx(0.5)
    assert Axis(0, 99, [], "log1p").share(9) == pytest.approx(0.5)
    assert Axis(-1, 1, []).share(0) == pytest.approx(0.5)


def test_an_axis_has_round_ticks_around_its_values():
    axis = axis_around([0.03, 1.12], num_ticks=6)

    assert axis.ticks == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2]
    assert (axis.low, axis.high) == (0.0, 1.2)


@pytest.mark.parametrize("value", [0.0, 3.0, -0.001])
def test_an_axis_around_one_value_still_has_a_length(value):
    axis = axis_around([value])

    assert axis.low <= value <= axis.high
    assert axis.low < axis.high


def panel():
    unit = Axis(0, 1, [0, 1])
    return Panel("A < B", "of something", unit, unit, "steps", width=160, height=198)


def test_a_line_runs_inside_the_frame():
    """160 x 198 with 44 and 16 at the sides, 54 and 44 above and below: 100 x 100 to draw on."""
    drawn = panel()
    drawn.line([(0, 0), (0.5, 1), (1, 0.25)], "blue")

    assert 'points="44.0,154.0 94.0,54.0 144.0,129.0"' in drawn.svg()


def test_names_that_would_touch_are_moved_apart():
    drawn = panel()
    drawn.names([((1, 0.5), "first", "blue"), ((1, 0.48), "second", "green")])

    # Heights 104 and 106, plus 4 to centre the letters; lines of text are 14 apart.
    assert '"108.0" text-anchor="start">first' in drawn.svg()
    assert '"122.0" text-anchor="start">second' in drawn.svg()


def test_a_figure_is_an_image_with_words_for_who_cannot_see_it_and_colours_for_dark_pages():
    root = ElementTree.fromstring(figure([panel(), panel()], "Two panels & a title"))

    namespace = "{http://www.w3.org/2000/svg}"
    assert root.find(f"{namespace}title").text == "Two panels & a title"
    style = root.find(f"{namespace}style").text
    assert "prefers-color-scheme: dark" in style
    assert all(shade in style for shades in INKS.values() for shade in shades)
