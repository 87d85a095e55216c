"""What has no room in a table breaks its row and never the import."""

import pytest

from tests.labeling.import_samples import WMT_XML, lines, wmt_ranking
from tests.labeling.test_judgment_import import import_study

pytestmark = pytest.mark.django_db


def test_a_name_that_has_no_room_breaks_its_row() -> None:
    """Postgres refused it, and the whole import with it."""
    (error,) = import_study("wmt-xml", WMT_XML.replace("online-B", "x" * 200).encode()).errors

    said = "What wrote a completion has a name of more than 152 characters; shorten it: "
    assert error.message == f"{said}{'x' * 80!r}."


def test_an_identity_put_together_of_long_ones_has_room() -> None:
    long = {"segment": "s" * 119, "ranking_id": "r" * 119}
    content = lines(wmt_ranking(("jhu", 1), ("kit", 2)) | long)

    assert import_study("wmt", content).num_tasks == 1
    assert len(import_study("wmt", content).skipped) == 1
