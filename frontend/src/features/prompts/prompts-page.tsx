import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { catalogueQuery } from "@/api/labeling";
import type { Prompt } from "@/api/research-types";
import { isAtLeast, useSignedInUser } from "@/api/session";
import { labelOf, SPLIT_WORDS } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { FilterSelect } from "@/components/filter-select";
import { formatCount } from "@/components/formats";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { PageHeader } from "@/components/page-header";
import { SearchFilter } from "@/components/search-filter";
import { TableSkeleton } from "@/components/table-skeleton";
import { Toolbar } from "@/components/toolbar";
import { useAddressFilters } from "@/components/use-address-filters";
import { openingOf } from "@/components/visible-text";

import { promptsQuery } from "./prompt-queries";
import { isSplit } from "./prompt-words";

const OPENING = 160;
const SPLITS = Object.entries(SPLIT_WORDS).map(([value, label]) => ({ value, label }));

function lineOf(text: string): string {
  const opening = openingOf(text, OPENING);
  return opening.length < OPENING ? opening : `${opening}…`;
}

function columnsFor(categories: ReadonlyMap<string, string>): Column<Prompt>[] {
  return [
    {
      key: "text",
      header: "Prompt",
      isRowHeader: true,
      cell: ({ id, text }) => (
        <Link to={`/prompts/${id}`} dir="auto">
          {lineOf(text) || `Prompt ${id}`}
        </Link>
      ),
    },
    {
      key: "category",
      header: "Category",
      isOneLine: true,
      cell: ({ category }) =>
        category === null ? "none" : (categories.get(category) ?? labelOf(category)),
    },
    { key: "split", header: "Split", cell: ({ split }) => SPLIT_WORDS[split] },
    {
      key: "completions",
      header: "Completions",
      align: "end",
      cell: ({ num_completions: count }) => formatCount(count),
    },
    { key: "at", header: "Stored", cell: ({ created_at: at }) => <Moment at={at} /> },
  ];
}

/** Everything that was asked: what completions are sampled for and labelers judge. */
export function PromptsPage() {
  const [{ category, split, search }, setFilter] = useAddressFilters(["category", "split", "search"]);
  const catalogue = useQuery(catalogueQuery);
  const categories = catalogue.data?.categories ?? [];
  const prompts = useInfiniteQuery(
    promptsQuery({
      category: category || undefined,
      split: isSplit(split) ? split : undefined,
      search: search || undefined,
    }),
  );
  const isAdmin = isAtLeast(useSignedInUser().role, "admin");
  const isFiltered = [category, split, search].some((value) => value !== "");

  return (
    <>
      <PageHeader
        title="Prompts"
        actions={isAdmin && <LinkButton to="/prompts/import">Import prompts</LinkButton>}
      >
        What models are asked. Validation prompts are never trained on.
      </PageHeader>
      <Toolbar label="Filter the prompts">
        <SearchFilter
          label="Search"
          placeholder="Words in the prompt"
          value={search}
          onChange={(value) => setFilter("search", value)}
        />
        <FilterSelect
          label="Category"
          all="All categories"
          choices={categories.map(({ key, label }) => ({ value: key, label }))}
          value={category}
          onChange={(value) => setFilter("category", value)}
        />
        <FilterSelect
          label="Split"
          all="Both splits"
          choices={SPLITS}
          value={split}
          onChange={(value) => setFilter("split", value)}
        />
      </Toolbar>
      <Loaded query={prompts} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <NoPrompts isFiltered={isFiltered} isAdmin={isAdmin} />
          ) : (
            <>
              <DataTable
                caption="Prompts"
                columns={columnsFor(new Map(categories.map(({ key, label }) => [key, label])))}
                rows={rows}
                rowKey={({ id }) => id}
              />
              <MoreButton list={prompts} />
            </>
          )
        }
      </Loaded>
    </>
  );
}

function NoPrompts({ isFiltered, isAdmin }: { isFiltered: boolean; isAdmin: boolean }) {
  if (isFiltered) {
    return <EmptyNote title="No prompt fits these filters">Search for less, or filter by less.</EmptyNote>;
  }
  return (
    <EmptyNote
      title="There are no prompts yet"
      actions={isAdmin && <LinkButton to="/prompts/import">Import prompts</LinkButton>}
    >
      Everything begins with prompts: completions are sampled for them and then ranked.
    </EmptyNote>
  );
}
