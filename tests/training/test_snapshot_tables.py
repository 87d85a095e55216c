"""The paper's tables of a snapshot, and the difference between two (R45)."""

import uuid

import pytest

from labeling.catalogue import PROMPT_FLAGS
from labeling.models import Demonstration, Prompt
from tests.cast import (
    client_of,
    make_demonstration,
    make_demonstration_project,
    make_prompt,
    make_ranking,
    make_ranking_project,
    make_task,
)
from training.models import Snapshot
from training.selectors.paper_tables import PromptRow, prompt_tables, spread
from training.selectors.snapshot_tables import difference
from training.services.snapshot_records import SnapshotQuery
from training.services.snapshots import (
    freeze_completions,
    freeze_demonstrations,
    freeze_pretraining_text,
    freeze_prompts,
    freeze_rankings,
)

EVERYTHING = SnapshotQuery()
CUSTOMER = {"source_kind": Prompt.SourceKind.CUSTOMER, "consent_reference": "terms 3"}


def prompt_row(**fields: object) -> PromptRow:
    standard = {
        "pk": 1,
        "split": "train",
        "source_kind": "labeler_plain",
        "category": None,
        "flags": {},
        "num_tokens": None,
        "customer_key": "",
        "language": None,
    }
    return PromptRow(**{**standard, **fields})


def rows_of(tables, key: str) -> dict[str, list]:
    [table] = [one for one in tables if one.key == key]
    return {row.name: list(row.cells) for row in table.rows}


def read(person, snapshot, page: str = "tables/", **query):
    return client_of(person).get(f"/api/snapshots/{snapshot.pk}/{page}", query)


class TestPure:
    def test_the_spread_of_five_lengths_is_that_of_the_textbook(self):
        """Of 1, 2, 3, 4, 10: mean 4, sample deviation sqrt(50 / 4) = 3.5355, quartiles 2, 3, 4."""
        n, mean, deviation, *rest = spread([1, 2, 3, 4, 10, None])

        assert (n, mean, deviation) == (5, 4.0, pytest.approx(3.5355, abs=1e-4))
        assert rest == [1, 2, 3, 4, 10]

    def test_what_is_not_known_is_undefined_and_never_zero(self):
        assert spread([None]) == (0, *[None] * 7)
        # One length has no deviation.
        assert spread([7]) == (1, 7, None, 7, 7, 7, 7, 7)

    def test_shares_of_use_cases_are_of_the_prompts_that_have_one(self):
        """Of all prompts, and of customers' alone, as in the paper's Table 1."""
        prompts = [
            *[prompt_row(category="chat")] * 3,
            *[prompt_row(category="extract", source_kind="customer")] * 2,
            *[prompt_row(category="chat", source_kind="customer")] * 3,
            prompt_row(),
        ]

        rows = rows_of(prompt_tables(prompts), "table_1")

        assert list(rows)[:2] == ["Chat", "Extract"]
        assert rows["Chat"] == [6, 0.75, 3, 0.6]
        assert rows["Extract"] == [2, 0.25, 2, 0.4]
        assert rows["Classification"] == [0, 0.0, 0, 0.0]
        assert rows["Nobody said"] == [1, None, 0, None]

    def test_sizes_are_by_split_and_writer_with_their_totals(self):
        prompts = [
            prompt_row(),
            prompt_row(source_kind="customer"),
            prompt_row(split="validation", source_kind="customer"),
        ]

        rows = rows_of(prompt_tables(prompts), "table_6")

        assert rows == {"Train": [1, 1, 2], "Validation": [0, 1, 1], "Total": [1, 2, 3]}

    def test_a_flag_that_nobody_was_asked_about_has_no_share(self):
        prompts = [prompt_row(flags={"ambiguous": True}), prompt_row(flags={"ambiguous": False})]

        rows = rows_of(prompt_tables([*prompts, prompt_row()]), "table_7")

        assert rows["Ambiguous"] == [0.5, 2]
        assert rows["Closed domain"] == [None, 0]

    def test_a_table_says_why_its_undefined_cells_are_so_and_nothing_where_none_is(self):
        """R45: a dash has a reason."""
        asked = dict.fromkeys(PROMPT_FLAGS, True)
        whole = [prompt_row(category="chat", num_tokens=n, flags=asked) for n in (3, 5)]
        lone = prompt_row(category="extract", num_tokens=7, flags=asked)
        unknown = prompt_row(split="validation")

        def reasons(*prompts: PromptRow) -> dict[str, list[str]]:
            tables = [one for one in prompt_tables(prompts) if one.rows]
            for one in tables:
                has_undefined = any(None in row.cells for row in one.rows)
                assert has_undefined == bool(one.reasons_undefined), one.key
            return {one.key: list(one.reasons_undefined) for one in tables if one.reasons_undefined}

        no_share = {
            "table_1": [
                "Prompts without a category count in no share.",
                "No prompt of a customer has a category.",
            ],
            "languages": ["Prompts whose language is not known count in no share."],
        }
        single = "A single text has no deviation."
        nothing = "The length of none of the texts is known."
        assert reasons(*whole) == no_share
        assert reasons(*whole, lone) == {**no_share, "table_10": [single]}
        assert reasons(*whole, unknown) == {
            **no_share,
            "table_7": ["Nobody was asked about the annotation in that split."],
            "table_9": [nothing],
            "table_10": [nothing],
        }
        assert reasons(unknown)["table_11"] == [nothing]
        assert reasons(unknown)["table_1"] == ["No prompt has a category yet."]

    def test_prompts_per_customer_count_customers_only(self):
        keys = ["acme", "acme", "acme", "bolt", ""]
        prompts = [prompt_row(source_kind="customer", customer_key=key) for key in keys]

        tables = prompt_tables([*prompts, prompt_row(customer_key="amina")])

        # Two customers with four prompts; the one without a key is nobody's.
        assert rows_of(tables, "table_8") == {"Train": [2, 4, 2.0, 3]}
        [table] = [one for one in tables if one.key == "table_8"]
        assert table.definition.endswith(" Prompts of customers without a name, in no row: 1.")

    def test_the_order_in_which_prompts_are_read_changes_nothing(self):
        """R45: a database gives them in any."""
        acme, bolt = (
            {"source_kind": "customer", "customer_key": key, "num_tokens": 3, "category": "chat"}
            for key in ("acme", "bolt")
        )
        fields = (acme, bolt, bolt, acme, {"language": "en"}, {"language": "de"}, {})
        prompts = [prompt_row(pk=pk, **one) for pk, one in enumerate(fields, start=1)]

        tables = prompt_tables(prompts)

        assert prompt_tables(prompts[::-1]) == tables
        [of_customers] = [one for one in tables if one.key == "table_8"]
        assert of_customers.rows[0].behind[-1].where == {"split": "train", "customer_of": "1"}

    def test_languages_come_by_their_share_of_those_that_are_known(self):
        """As on the page of prompts."""
        prompts = [prompt_row(language=code) for code in ("en", "en", "en", "de", None)]

        assert rows_of(prompt_tables(prompts), "languages") == {
            "en": [3, 0.75],
            "de": [1, 0.25],
            "unknown": [1, None],
        }


@pytest.mark.django_db
class TestOverHttp:
    @pytest.fixture
    def ranked(self, amina, otto):
        project = make_ranking_project(overlap=3)
        prompts = [
            make_prompt(split="train", category="chat", token_count=10),
            make_prompt(split="validation", token_count=30, organization_key="acme", **CUSTOMER),
        ]
        for prompt in prompts:
            task = make_task(project, prompt)
            make_ranking(task, amina, [1, 2, 3, 4])
            make_ranking(task, otto, [1, 2, 3, 4])
        return prompts

    def tables(self, person, snapshot) -> dict[str, dict]:
        answer = read(person, snapshot)
        assert answer.status_code == 200
        return {one["key"]: one for one in answer.json()["tables"]}

    def test_a_prompt_with_two_rankings_is_one_prompt(self, ada, rosa, ranked):
        snapshot = freeze_rankings(by=ada, name="all", query=EVERYTHING)

        found = self.tables(rosa, snapshot)

        cells = {row["name"]: row["cells"] for row in found["table_6"]["rows"]}
        assert cells["Total"] == [1, 1, 2]
        assert found["table_9"]["kinds"][:2] == ["count", "measure"]
        assert found["table_9"]["reasons_undefined"] == []
        assert found["table_10"]["reasons_undefined"] == ["A single text has no deviation."]
        assert {row["name"]: row["cells"][0] for row in found["table_11"]["rows"]} == {
            "Labelers' prompts": 1,
            "Customers' prompts": 1,
        }

    def test_completions_have_the_tables_of_their_prompts(self, ada, rosa, ranked):
        """R45: any snapshot that has prompts."""
        snapshot = freeze_completions(by=ada, name="to score", query=EVERYTHING)

        found = self.tables(rosa, snapshot)

        cells = {row["name"]: row["cells"] for row in found["table_6"]["rows"]}
        assert cells["Total"] == [1, 1, 2]
        beside = read(rosa, snapshot, "difference/", other=snapshot.pk).json()
        assert (beside["noun"], beside["num_shared"]) == ("prompts", 2)

    def test_the_split_is_the_snapshots_own(self, ada, rosa, ranked):
        """With half of the keys held out, the tables count what the records say."""
        snapshot = freeze_rankings(by=ada, name="half", query=SnapshotQuery(validation_share=0.5))

        found = self.tables(rosa, snapshot)

        cells = {row["name"]: row["cells"][-1] for row in found["table_6"]["rows"]}
        assert cells.get("Train", 0) == snapshot.counts["train"]
        assert cells.get("Validation", 0) == snapshot.counts["validation"]

    def test_demonstrations_have_table_11_with_the_writers_apart(self, ada, rosa, amina):
        """R52."""
        project = make_demonstration_project()
        for fields in ({"token_count": 4}, {"token_count": 6, **CUSTOMER}):
            make_demonstration(make_task(project, make_prompt(split="train", **fields)), amina)
        Demonstration.objects.update(token_count=3)

        found = self.tables(rosa, freeze_demonstrations(by=ada, name="sft", query=EVERYTHING))

        cells = {row["name"]: row["cells"][:2] for row in found["table_11"]["rows"]}
        assert cells == {
            "Customers' prompts": [1, 6],
            "Labelers' prompts": [1, 4],
            "Demonstrations for customers' prompts": [1, 3],
            "Demonstrations for labelers' prompts": [1, 3],
        }

    def test_plain_text_has_no_tables(self, ada, rosa):
        snapshot = freeze_pretraining_text(by=ada, name="text", text="One.")

        assert self.tables(rosa, snapshot) == {}

    def test_reading_the_tables_costs_as_many_queries_whatever_the_size(
        self, ada, rosa, ranked, django_assert_num_queries
    ):
        snapshot = freeze_rankings(by=ada, name="all", query=EVERYTHING)
        client = client_of(rosa)
        client.get(f"/api/snapshots/{snapshot.pk}/tables/")

        # Session, account, the snapshot, its prompts.
        with django_assert_num_queries(4):
            client.get(f"/api/snapshots/{snapshot.pk}/tables/")

    def test_the_difference_says_what_came_and_what_stayed(self, ada, rosa, amina, ranked):
        before = freeze_prompts(
            by=ada, name="before", query=SnapshotQuery(prompt_ids=[ranked[0].pk])
        )
        after = freeze_prompts(
            by=ada, name="after", query=SnapshotQuery(prompt_ids=[one.pk for one in ranked])
        )

        found = read(rosa, before, "difference/", other=after.pk).json()

        assert found["noun"] == "prompts"
        assert (found["num_shared"], found["num_only_first"], found["num_only_second"]) == (1, 0, 1)
        assert found["queries_differ_in"] == ["prompt_ids"]
        counts = {one["name"]: (one["first"], one["second"]) for one in found["counts"]}
        assert counts["prompts"] == (1, 2)
        assert counts["source_customer"] == (0, 1)

    def test_sources_that_an_older_snapshot_did_not_count_are_not_said_to_be_none(
        self, ada, ranked
    ):
        """R49: rankings were once frozen without counts per source."""
        older = freeze_rankings(by=ada, name="older", query=EVERYTHING)
        newer = freeze_rankings(by=ada, name="newer", query=EVERYTHING)
        by_source = {name for name in newer.counts if name.startswith("source_")}
        older.counts = {name: n for name, n in older.counts.items() if name not in by_source}

        assert by_source
        assert by_source <= difference(newer, newer).counts.keys()
        for found in (difference(older, newer), difference(newer, older)):
            assert found.counts["prompts"] == (newer.counts["prompts"],) * 2
            assert not by_source & found.counts.keys()

    def test_a_snapshot_does_not_differ_from_itself(self, ada, rosa, ranked):
        snapshot = freeze_rankings(by=ada, name="all", query=EVERYTHING)

        found = read(rosa, snapshot, "difference/", other=snapshot.pk).json()

        assert (found["num_shared"], found["num_only_first"], found["num_only_second"]) == (4, 0, 0)

    def test_two_kinds_cannot_be_compared(self, ada, rosa, ranked):
        rankings = freeze_rankings(by=ada, name="all", query=EVERYTHING)
        text = freeze_pretraining_text(by=ada, name="text", text="One.")

        refused = read(rosa, rankings, "difference/", other=text.pk)

        assert (refused.status_code, refused.json()["code"]) == (422, "kinds_differ")
        assert read(rosa, text, "difference/", other=text.pk).json()["code"] == "nothing_to_compare"

    @pytest.mark.parametrize("other", ["", "x"])
    def test_a_malformed_other_names_the_field(self, ada, rosa, ranked, other):
        snapshot = freeze_rankings(by=ada, name="all", query=EVERYTHING)

        answer = read(rosa, snapshot, "difference/", other=other)

        assert answer.status_code == 400
        assert "other" in answer.json()["fields"]

    def test_what_is_not_there_is_a_404(self, ada, rosa, ranked):
        snapshot = freeze_rankings(by=ada, name="all", query=EVERYTHING)

        assert read(rosa, Snapshot(pk=uuid.uuid4())).status_code == 404
        assert read(rosa, snapshot, "difference/", other=uuid.uuid4()).status_code == 404

    def test_a_labeler_reads_neither(self, ada, amina, ranked):
        snapshot = freeze_rankings(by=ada, name="all", query=EVERYTHING)

        for page in ("tables/", "difference/"):
            assert read(amina, snapshot, page, other=snapshot.pk).status_code == 403
