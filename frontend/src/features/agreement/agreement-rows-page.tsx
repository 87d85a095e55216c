import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { AgreementRow } from "@/api/research-types";
import { labelOf, POOL_WORDS } from "@/api/words";
import type { Column } from "@/components/data-table";
import { ExcerptLink } from "@/components/excerpt-link";
import type { FilterChip } from "@/components/filter-chips";
import { formatCount } from "@/components/formats";
import { projectColumn, withinProject } from "@/components/known-columns";
import { Moment } from "@/components/moment";
import { RowsPage } from "@/components/rows-page";
import { useAddressFilters } from "@/components/use-address-filters";

import { AgreementFilters } from "./agreement-filters";
import { FILTERS, rowsQuery } from "./agreement-query";
import { ROWS } from "./rows-address";

const COLUMNS: Column<AgreementRow>[] = [
  {
    key: "prompt",
    header: "Prompt",
    isRowHeader: true,
    cell: ({ id, excerpt }) => <ExcerptLink to={`/rankings/${id}`}>{excerpt}</ExcerptLink>,
  },
  { key: "labeler", header: "Labeler", cell: ({ labeler }) => labeler.display_name },
  { key: "pool", header: "Pool", isOneLine: true, cell: ({ labeler }) => POOL_WORDS[labeler.pool] },
  { key: "k", header: "Completions", align: "end", cell: ({ k }) => formatCount(k) },
  projectColumn(),
  { key: "at", header: "Submitted", isOneLine: true, cell: ({ submitted_at: at }) => <Moment at={at} /> },
  {
    key: "others",
    header: "Other orders",
    cell: ({ project, prompt_id: prompt }) => (
      <Link to={`/agreement/contested/${project.id}/${prompt}`}>Side by side</Link>
    ),
  },
];

/** By id, from the rows themselves once they are there. */
type Names = Map<string, string>;

const nameOf = (names: Names, id: string) => names.get(id) ?? `labeler ${id}`;

function saidText(flag: string): string {
  return `Said yes to: ${labelOf(flag).toLowerCase()}`;
}

function subjectOf(names: Names, labeler: string, other: string, flag: string): string {
  if (flag !== "") return saidText(flag);
  if (other !== "") return `${nameOf(names, labeler)} and ${nameOf(names, other)}`;
  return labeler === "" ? "Rankings that were compared" : `Rankings of ${nameOf(names, labeler)}`;
}

/** Whose rankings alone these are, and what they said alone: each can be taken back by itself. */
function chipsOf(
  { labeler, with: other, flag, holding }: Record<(typeof ROWS)[number], string>,
  names: Names,
  setFilter: (name: (typeof ROWS)[number], value: string, dropped?: readonly (typeof ROWS)[number][]) => void,
): FilterChip[] {
  const people = [labeler, other].filter((id) => id !== "").map((id) => nameOf(names, id));
  const chips: FilterChip[] = [];
  if (people.length > 0) {
    chips.push({ key: "who", words: people.join(" and "), onRemove: () => setFilter("labeler", "", ["with", "compared"]) });
  }
  if (flag !== "") chips.push({ key: "flag", words: saidText(flag), onRemove: () => setFilter("flag", "") });
  const held = HOLDING[holding];
  if (held !== undefined) {
    chips.push({ key: "holding", words: `Prompts ${held}`, onRemove: () => setFilter("holding", "") });
  }
  return chips;
}

/** Which prompts hold some of what a figure is made of. */
const HOLDING: Partial<Record<string, string>> = {
  strict_comparisons: "which two labelers ordered without a tie",
  bound_comparisons: "two completions of which two labelers saw in the same order",
  length_contests: "with a decided pair of completions of unequal length",
  threes: "with three completions of which each pair has a majority of at least three labelers",
};

function leadOf({ labeler, with: other, flag, compared, holding }: Record<(typeof ROWS)[number], string>): string {
  if (flag !== "") return "The sealed rankings in which a completion was flagged so, newest first.";
  if (other !== "") return "Their sealed rankings of the prompts that both ranked, newest first.";
  if (labeler !== "" && compared !== "")
    return "Their sealed rankings that were compared with somebody else's, newest first.";
  if (labeler !== "") return "Their sealed rankings, newest first.";
  return `The sealed rankings of prompts ${HOLDING[holding] ?? "that several labelers ranked"}, newest first.`;
}

/** The rows behind a figure of agreement: every sealed ranking that fits, each to be opened. */
export function AgreementRowsPage() {
  const [filters, setFilter] = useAddressFilters([...FILTERS, ...ROWS]);
  const rankings = useInfiniteQuery(rowsQuery(filters));
  const names = new Map(
    (rankings.data ?? []).map(({ labeler }) => [String(labeler.id), labeler.display_name]),
  );
  const { labeler, with: other, flag, compared } = filters;
  // All of one labeler, or those with a flag: of whole rankings nothing is chosen pair by pair.
  const areWhole = flag !== "" || (labeler !== "" && other === "" && compared === "");
  return (
    <RowsPage
      title={subjectOf(names, labeler, other, flag)}
      lead={leadOf(filters)}
      back={{ to: "/agreement", label: "Agreement" }}
      filters={
        <AgreementFilters
          filters={filters}
          within={areWhole ? [] : undefined}
          choosing={areWhole ? "rankings" : "prompts"}
          onFilter={setFilter}
          chips={chipsOf(filters, names, setFilter)}
        />
      }
      query={rankings}
      caption="Rankings"
      columns={withinProject(COLUMNS, filters.project)}
      rowKey={({ id }) => id}
      empty={{ title: "No sealed ranking fits", remedy: "Choose other filters." }}
    />
  );
}
