"""The browser and the site of these tests, shared with the journeys."""

from pathlib import Path

import pytest

from tests.browsing import (  # noqa: F401 - fixtures are found by their names
    browser_type_launch_args,
    faults,
    mark_journeys,
    open_site,
    site_settings,
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    mark_journeys(items, Path(__file__).parent)
