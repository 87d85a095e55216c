"""The rows of a snapshot behind its figures: as many as the figure says (R45)."""

import uuid

import pytest

from labeling.models import Demonstration, Prompt
from tests.cast import (
    client_of,
    make_demonstration,
    make_demonstration_project,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_task,
    user_key_in,
)
from training.models import Snapshot
from training.selectors.paper_tables import SPREAD_COLUMNS, spread
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import (
    freeze_demonstrations,
    freeze_pretraining_text,
    freeze_prompts,
    freeze_rankings,
)

pytestmark = pytest.mark.django_db

EVERYTHING = SnapshotQuery()
CUSTOMER = {"source_kind": Prompt.SourceKind.CUSTOMER, "consent_reference": "terms 3"}
TABLES = (*(f"table_{number}" for number in (1, 6, 7, 8, 9, 10, 11)), "languages")
LISTS = ("prompts", "customers", "demonstrations", "rankings")


def read(person, snapshot, of: str, **where):
    return client_of(person).get(f"/api/snapshots/{snapshot.pk}/{of}/", where)


def all_rows(person, snapshot, of: str, **where) -> list[dict]:
    """Page after page, three rows each; the first one says how many there are."""
    rows: list[dict] = []
    num_rows = None
    cursor: dict[str, str] = {}
    while True:
        page = read(person, snapshot, of, **where, limit=3, **cursor)
        assert page.status_code == 200, page.json()
        found = page.json()
        assert (found["num_rows"] is None) == bool(cursor)
        num_rows = num_rows or found["num_rows"]
        rows += found["results"]
        if found["next"] is None:
            assert len({str(one) for one in rows}) == len(rows) == (num_rows or 0)
            return rows
        cursor = {"cursor": found["next"]}


@pytest.fixture
def prompts():
    """Of both splits and writers, of some categories, flags and languages, some of each unsaid."""
    chat = {"category": "chat", "language": "en", "flags": {"ambiguous": True}}
    of_acme = {**CUSTOMER, "organization_key": "acme"}
    held_out = {**CUSTOMER, "organization_key": user_key_in("validation")}
    return [
        make_prompt(split="train", token_count=10, **chat),
        make_prompt(split="train", token_count=12, category="extract", language="de"),
        make_prompt(split="train", token_count=12, flags={"ambiguous": False}),
        make_prompt(split="validation", category="chat", language=""),
        make_prompt(token_count=30, **chat, **of_acme),
        make_prompt(token_count=50, category="rewrite", **of_acme),
        make_prompt(token_count=7, user_key="ben", language="en", **CUSTOMER),
        make_prompt(token_count=90, **held_out),
        make_prompt("Nobody's prompt.", **CUSTOMER),
    ]


@pytest.fixture
def ranked(ada, amina, otto, prompts):
    """Each prompt was ranked twice; a prompt that nobody ranked is in no snapshot of rankings."""
    project = make_ranking_project(overlap=2)
    make_prompt(split="train", category="chat")
    for prompt in prompts:
        task = make_task(project, prompt)
        make_ranking(task, amina, [1, 1, 2, 3])
        make_ranking(task, otto, [1, 2, 3, 4])


@pytest.fixture
def written(amina, prompts):
    project = make_demonstration_project()
    for number, prompt in enumerate(prompts):
        make_demonstration(make_task(project, prompt), amina, text=f"Answer {number}.")
    for number, one in enumerate(Demonstration.objects.order_by("pk")):
        Demonstration.objects.filter(pk=one.pk).update(token_count=3 + number if number else None)


def frozen(ada, kind: str, query: SnapshotQuery = EVERYTHING) -> Snapshot:
    freeze = {"rm": freeze_rankings, "sft": freeze_demonstrations, "ppo": freeze_prompts}[kind]
    return freeze(by=ada, name=kind, query=query)


def whole_of(table: dict, row: dict, place: int) -> int:
    """What a share is of: those who were asked, or all that have a share."""
    if table["key"] == "table_7":
        return int(row["cells"][place + 1])
    rows = [one["cells"] for one in table["rows"]]
    return int(sum(cells[place - 1] for cells in rows if cells[place] is not None))


def figure_of(rows: list[dict], table: dict, row: dict, place: int) -> float | None:
    """What the rows that a cell leads to come to."""
    column = table["columns"][place]
    if column in SPREAD_COLUMNS:
        lengths = [one["token_count"] for one in rows]
        return spread(lengths)[SPREAD_COLUMNS.index(column)]
    if column == "Prompts per customer":
        return sum(one["num_prompts"] for one in rows) / len(rows)
    if table["kinds"][place] == "count":
        return len(rows)
    return len(rows) / whole_of(table, row, place)


@pytest.mark.parametrize("share", [None, 0.5])
@pytest.mark.parametrize("kind", ["rm", "sft", "ppo"])
def test_every_figure_of_every_table_is_that_of_the_rows_it_leads_to(
    ada, rosa, prompts, ranked, written, kind, share
):
    """R45: so many rows as it counts, or those whose lengths it describes."""
    ids = [one.pk for one in prompts] if kind == "ppo" else None
    snapshot = frozen(ada, kind, SnapshotQuery(prompt_ids=ids, validation_share=share))
    tables = read(rosa, snapshot, "tables").json()["tables"]
    assert [one["key"] for one in tables] == list(TABLES)
    splits = {
        split: len(all_rows(rosa, snapshot, "prompts", split=split))
        for split in ("train", "validation")
    }
    assert splits == {split: snapshot.counts[split] for split in splits}

    for table in tables:
        for row in table["rows"]:
            behind_cell = {one["cell"]: one for one in row["behind"]}
            for place, cell in enumerate(row["cells"]):
                said = (table["key"], row["name"], place)
                behind = behind_cell.get(place)
                if behind is None:
                    assert not cell, said
                    continue
                rows = all_rows(rosa, snapshot, behind["of"], **behind["where"])
                assert figure_of(rows, table, row, place) == pytest.approx(cell), said
                if table["columns"][place] in ("Min", "Max"):
                    assert rows[0]["token_count"] == cell, said


@pytest.mark.parametrize("kind", ["rm", "sft", "ppo"])
def test_the_counts_of_a_snapshot_are_those_of_its_lists(ada, rosa, prompts, ranked, written, kind):
    """R49: what the page says is inside."""
    ids = [one.pk for one in prompts] if kind == "ppo" else None
    snapshot = frozen(ada, kind, SnapshotQuery(prompt_ids=ids))
    counts = snapshot.counts

    def number(of: str, **where) -> int:
        return len(all_rows(rosa, snapshot, of, **where))

    assert number("prompts") == counts["prompts"]
    if kind == "rm":
        rankings = all_rows(rosa, snapshot, "rankings")
        assert len(rankings) == counts["rankings"]
        assert sum(one["num_pairs"] for one in rankings) == counts["pairs"]
    else:
        records = "demonstrations" if kind == "sft" else "prompts"
        for split in ("train", "validation"):
            assert number(records, split=split) == counts[split]
    if kind != "sft":
        sources = {name: n for name, n in counts.items() if name.startswith("source_")}
        assert sources
        for name, n in sources.items():
            assert number("prompts", source=name.removeprefix("source_")) == n


def test_prompts_keep_their_own_split_whatever_share_was_asked_for(ada, rosa, prompts):
    """R49: the records of a snapshot of prompts are of each prompt's own split."""
    ids = [one.pk for one in prompts]
    snapshot = frozen(ada, "ppo", SnapshotQuery(prompt_ids=ids, validation_share=0.5))

    found = {one["id"]: one["split"] for one in all_rows(rosa, snapshot, "prompts")}

    assert found == {one.pk: one.split for one in prompts}


def test_lengths_go_up_or_down_and_leave_out_what_was_not_measured(ada, rosa, prompts, ranked):
    snapshot = frozen(ada, "rm")

    up, down = (
        [one["token_count"] for one in all_rows(rosa, snapshot, "prompts", order=order)]
        for order in ("shortest", "longest")
    )

    assert up == [7, 10, 12, 12, 30, 50, 90]
    assert down == up[::-1]
    assert len(all_rows(rosa, snapshot, "prompts")) == len(prompts)


def test_customers_are_listed_with_their_prompts_and_lead_to_them(ada, rosa, prompts, ranked):
    """The address of a customer's prompts names one of them and not the customer."""
    snapshot = frozen(ada, "rm")

    found = all_rows(rosa, snapshot, "customers")

    counts = {one["key"]: one["num_prompts"] for one in found}
    assert counts == {"acme": 2, "ben": 1, prompts[7].organization_key: 1}
    assert found[0]["key"] == "acme"
    for one in found:
        rows = all_rows(rosa, snapshot, "prompts", customer_of=one["first_prompt"])
        assert len(rows) == one["num_prompts"]
    # The last prompt is of a customer whom nobody named.
    assert all_rows(rosa, snapshot, "prompts", customer_of=prompts[-1].pk) == []


def test_rankings_and_demonstrations_say_whose_they_are_and_what_they_hold(
    ada, rosa, ranked, written
):
    rankings = all_rows(rosa, frozen(ada, "rm"), "rankings")
    demonstrations = all_rows(rosa, frozen(ada, "sft"), "demonstrations", split="validation")

    assert len(rankings) == 18
    assert {(one["labeler"]["display_name"], one["num_pairs"]) for one in rankings} == {
        ("Amina", 5),
        ("Otto", 6),
    }
    assert {one["split"] for one in demonstrations} == {"validation"}
    assert {one["excerpt"] for one in demonstrations} == {"Answer 3.", "Answer 7."}


def test_rows_are_the_frozen_ones_whatever_was_labeled_since(ada, rosa, otto, ranked):
    snapshot = frozen(ada, "rm")
    before = all_rows(rosa, snapshot, "rankings")

    late = make_task(make_ranking_project(), make_prompt(split="train", category="chat"))
    make_ranking(late, otto, [1, 2, 3, 4])

    assert all_rows(rosa, snapshot, "rankings") == before
    assert len(all_rows(rosa, snapshot, "prompts", category="chat")) == 3


def test_what_came_and_what_went_between_two_snapshots_is_as_much_as_their_difference_says(
    ada, rosa, otto, amina, prompts, ranked, written
):
    """R45: of each kind."""
    ids = [one.pk for one in prompts]
    early = [frozen(ada, kind) for kind in ("rm", "sft")]
    early.append(frozen(ada, "ppo", SnapshotQuery(prompt_ids=ids[:4])))
    new = make_prompt(split="train")
    make_ranking(make_task(make_ranking_project(), new), otto, [1, 2, 3, 4])
    make_demonstration(make_task(make_demonstration_project(), new), amina)
    late = [frozen(ada, kind) for kind in ("rm", "sft")]
    late.append(frozen(ada, "ppo", SnapshotQuery(prompt_ids=ids[2:])))

    for first, second in zip(early, late, strict=True):
        said = read(rosa, first, "difference", other=second.pk).json()
        of = said["noun"]
        shared, gone, came = (
            all_rows(rosa, here, of, **{field: there.pk})
            for here, field, there in (
                (first, "also_in", second),
                (first, "not_in", second),
                (second, "not_in", first),
            )
        )
        assert (len(shared), len(gone), len(came)) == (
            said["num_shared"],
            said["num_only_first"],
            said["num_only_second"],
        )
        assert came
        assert not {one["id"] for one in shared} & {one["id"] for one in came}
    # The prompts of labels are compared as well.
    assert [one["id"] for one in all_rows(rosa, late[0], "prompts", not_in=early[0].pk)] == [new.pk]


class TestRefusals:
    @pytest.fixture
    def snapshot(self, ada, ranked) -> Snapshot:
        return frozen(ada, "rm")

    @pytest.mark.parametrize("of", LISTS)
    def test_only_researchers_read_them(self, amina, snapshot, of):
        assert read(amina, snapshot, of).status_code == 403

    @pytest.mark.parametrize("of", LISTS)
    def test_a_snapshot_that_is_not_there_is_a_404(self, rosa, of):
        assert read(rosa, Snapshot(pk=uuid.uuid4()), of).status_code == 404

    def test_another_snapshot_that_is_not_there_is_a_404(self, rosa, snapshot):
        assert read(rosa, snapshot, "rankings", not_in=uuid.uuid4()).status_code == 404

    def test_a_kind_has_only_the_lists_of_what_it_is_made_of(self, ada, rosa, snapshot):
        text = freeze_pretraining_text(by=ada, name="text", text="One.")

        refused = read(rosa, snapshot, "demonstrations")

        assert (refused.status_code, refused.json()["code"]) == (422, "no_such_rows")
        assert "rankings, prompts" in refused.json()["detail"]
        for of in LISTS:
            assert read(rosa, text, of).json()["code"] == "no_such_rows"

    @pytest.mark.parametrize("field", ["also_in", "not_in"])
    @pytest.mark.parametrize("of", ["prompts", "rankings"])
    def test_a_snapshot_of_another_kind_is_nothing_to_compare_with(
        self, ada, rosa, prompts, snapshot, of, field
    ):
        other = frozen(ada, "ppo", SnapshotQuery(prompt_ids=[prompts[0].pk]))

        refused = read(rosa, snapshot, of, **{field: other.pk})

        assert (refused.status_code, refused.json()["code"]) == (422, "kinds_differ")
        assert field in refused.json()["fields"]

    @pytest.mark.parametrize(
        ("of", "field", "value"),
        [
            ("prompts", "split", "test"),
            ("prompts", "written_by", "nobody"),
            ("prompts", "source", "import"),
            ("prompts", "category", "none"),
            ("prompts", "language", "x" * 17),
            ("prompts", "flag", "hallucination"),
            ("prompts", "flagged", "perhaps"),
            ("prompts", "flagged", "true"),
            ("prompts", "of_named_customer", "acme"),
            ("prompts", "customer_of", "acme"),
            ("prompts", "customer_of", str(2**63)),
            ("prompts", "order", "random"),
            ("prompts", "cursor", "x"),
            ("prompts", "limit", "0"),
            ("customers", "cursor", "WzEsIDJd0"),
            ("customers", "cursor", "WzEuNSwgMl0="),
            ("customers", "cursor", "MQ=="),
            ("rankings", "not_in", "x"),
            ("rankings", "split", "\0"),
        ],
    )
    def test_a_malformed_filter_names_its_field(self, rosa, snapshot, of, field, value):
        answer = read(rosa, snapshot, of, **{field: value})

        assert answer.status_code == 400, answer.json()
        assert field in answer.json()["fields"]

    @pytest.mark.parametrize(("of", "num_queries"), [(of, 5) for of in LISTS if of[0] != "d"])
    def test_a_page_takes_as_many_queries_whatever_its_size(
        self, rosa, snapshot, django_assert_num_queries, of, num_queries
    ):
        client = client_of(rosa)
        address = f"/api/snapshots/{snapshot.pk}/{of}/"
        client.get(address)

        # Session, account, the snapshot, how many there are, the rows.
        for limit in (1, 50):
            with django_assert_num_queries(num_queries):
                client.get(address, {"limit": limit})
