import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { catalogueQuery } from "@/api/labeling";
import { languageName } from "@/api/prompt-words";
import type { Prompt, PromptSummary } from "@/api/research-types";
import { choicesOf, labelOf, SPLIT_WORDS } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { Facts } from "@/components/facts";
import { FilterSelect } from "@/components/filter-select";
import { formatCount, formatShare } from "@/components/formats";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { PageHeader } from "@/components/page-header";
import { SearchFilter } from "@/components/search-filter";
import { TableSkeleton } from "@/components/table-skeleton";
import { ToneBadge } from "@/components/tone-badge";
import { Toolbar } from "@/components/toolbar";
import { useAddressFilters } from "@/components/use-address-filters";
import { openingOf } from "@/components/visible-text";

import { promptsQuery, promptSummaryQuery } from "./prompt-queries";
import type { PromptFilters } from "./prompt-queries";
import { isSplit, LENGTH_WORDS, PERSONAL_DATA_WORDS, reservationOf, STANDING_WORDS } from "./prompt-words";
import classes from "./prompts-page.module.css";

const OPENING = 160;
const SPLITS = choicesOf(SPLIT_WORDS);

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
      key: "language",
      header: "Language",
      isOneLine: true,
      cell: ({ language }) => language && languageName(language),
    },
    {
      key: "tokens",
      header: "Tokens",
      align: "end",
      cell: ({ token_count: tokens }) => tokens !== null && formatCount(tokens),
    },
    {
      key: "use",
      header: "Use",
      isOneLine: true,
      cell: (prompt) => {
        const reservation = reservationOf(prompt);
        return reservation ? <ToneBadge {...reservation} /> : "usable";
      },
    },
    {
      key: "completions",
      header: "Completions",
      align: "end",
      cell: ({ num_completions: count }) => formatCount(count),
    },
    { key: "at", header: "Stored", cell: ({ created_at: at }) => <Moment at={at} /> },
  ];
}

const FILTERS = ["category", "split", "standing", "personal_data", "language", "length", "search"] as const;
type Filter = (typeof FILTERS)[number];

/** How much there is, how much of it may be used, and in which languages (the English share). */
function Summary({ summary }: { summary: PromptSummary }) {
  const { english_share: english, num_to_review: toReview } = summary;
  return (
    <div className={classes.summary}>
      <Facts
        facts={[
          { name: "Prompts", value: formatCount(summary.num_prompts) },
          { name: "Usable", value: formatCount(summary.num_usable) },
          { name: "English share", value: english === null ? "not known yet" : formatShare(english) },
          {
            name: "Languages",
            value: english !== null && formatCount(summary.languages.length),
          },
          { name: "Over the cap", value: formatCount(summary.num_over_cap) },
          { name: "Too long", value: formatCount(summary.num_too_long) },
          {
            name: "Personal data to review",
            value:
              toReview === 0 ? "0" : <Link to="/prompts/personal-data">{formatCount(toReview)}</Link>,
          },
          { name: "Not checked yet", value: summary.num_unchecked > 0 && formatCount(summary.num_unchecked) },
        ].map((fact) => ({ ...fact, value: fact.value === false ? null : fact.value }))}
      />
    </div>
  );
}

function Filters({
  filters,
  setFilter,
  categories,
  languages,
}: {
  filters: Record<Filter, string>;
  setFilter: (name: Filter, value: string) => void;
  categories: { value: string; label: string }[];
  languages: { value: string; label: string }[];
}) {
  const select = (name: Filter, label: string, all: string, choices: { value: string; label: string }[]) => (
    <FilterSelect
      label={label}
      all={all}
      choices={choices}
      value={filters[name]}
      onChange={(value) => setFilter(name, value)}
    />
  );
  return (
    <Toolbar label="Filter the prompts">
      <SearchFilter
        label="Search"
        placeholder="Words in the prompt"
        value={filters.search}
        onChange={(value) => setFilter("search", value)}
      />
      {select("category", "Category", "All categories", categories)}
      {select("split", "Split", "Both splits", SPLITS)}
      {select("language", "Language", "All languages", languages)}
      {select("standing", "Standing", "Any", choicesOf(STANDING_WORDS))}
      {select("personal_data", "Personal data", "Any", choicesOf(PERSONAL_DATA_WORDS))}
      {select("length", "Length", "Any", choicesOf(LENGTH_WORDS))}
    </Toolbar>
  );
}

function wantedOf({ split, length, ...others }: Record<Filter, string>): PromptFilters {
  return {
    // An empty filter is none.
    ...Object.fromEntries(Object.entries(others).filter(([, value]) => value !== "")),
    split: isSplit(split) ? split : undefined,
    is_too_long: length === "" ? undefined : length === "too_long",
  };
}

/** Everything that was asked: what completions are sampled for and labelers judge. */
export function PromptsPage() {
  const [filters, setFilter] = useAddressFilters(FILTERS);
  const catalogue = useQuery(catalogueQuery);
  const summary = useQuery(promptSummaryQuery);
  const categories = catalogue.data?.categories ?? [];
  const prompts = useInfiniteQuery(promptsQuery(wantedOf(filters)));
  const isFiltered = Object.values(filters).some((value) => value !== "");

  return (
    <>
      <PageHeader title="Prompts" actions={<LinkButton to="/prompts/import">Import prompts</LinkButton>}>
        What models are asked. Validation prompts are never trained on.
      </PageHeader>
      {summary.data && summary.data.num_prompts > 0 && <Summary summary={summary.data} />}
      <Filters
        filters={filters}
        setFilter={setFilter}
        categories={categories.map(({ key, label }) => ({ value: key, label }))}
        languages={(summary.data?.languages ?? []).map(({ language: code, num_prompts: count }) => ({
          value: code,
          label: `${languageName(code)} (${formatCount(count)})`,
        }))}
      />
      <Loaded query={prompts} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <NoPrompts isFiltered={isFiltered} />
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

function NoPrompts({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return <EmptyNote title="No prompt fits these filters">Search for less, or filter by less.</EmptyNote>;
  }
  return (
    <EmptyNote
      title="There are no prompts yet"
      actions={<LinkButton to="/prompts/import">Import prompts</LinkButton>}
    >
      Everything begins with prompts: completions are sampled for them and then ranked.
    </EmptyNote>
  );
}
