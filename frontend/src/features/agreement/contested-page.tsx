import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "react-router";

import type { ContestedList, ContestedRow } from "@/api/research-types";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { ExcerptLink } from "@/components/excerpt-link";
import { Beside, FigureOver } from "@/components/figure-over";
import { FilterSelect } from "@/components/filter-select";
import { countOf, formatCount, formatShare } from "@/components/formats";
import { projectColumn, withinProject } from "@/components/known-columns";
import { LinkButton } from "@/components/link-button";
import { LoadedFigures } from "@/components/loaded-figures";
import { LoadingShape } from "@/components/loading-shape";
import { Moment } from "@/components/moment";
import { NumbersWithoutInterval } from "@/components/not-defined";
import { PageHeader } from "@/components/page-header";
import { Section } from "@/components/section";
import { ToneBadge } from "@/components/tone-badge";
import { useAddressFilters } from "@/components/use-address-filters";

import { AgreementFilters } from "./agreement-filters";
import { FILTERS } from "./agreement-query";
import classes from "./agreement.module.css";
import { contestedQuery } from "./contested-queries";
import type { ContestedOrder } from "./contested-queries";

const LEAST_AGREEMENT = "Least agreement";
const ORDERS: { value: ContestedOrder; label: string }[] = [
  { value: "entropy_traffic", label: "Entropy × labelers" },
];

function pathOf(row: { project: { id: number }; prompt_id: number }): string {
  return `/agreement/contested/${row.project.id}/${row.prompt_id}`;
}

/** Null where nothing was decided: on a phone the row then has no such line. */
function decisionOf(row: ContestedRow) {
  if (row.is_gold) return <ToneBadge tone="good" label="Gold" />;
  if (row.is_adjudicated) return <ToneBadge tone="neutral" label="Settled" />;
  return null;
}

const asWholeShare = (share: number) => formatShare(share, 0);

const COLUMNS: Column<ContestedRow>[] = [
  {
    key: "prompt",
    header: "Prompt",
    isRowHeader: true,
    cell: (row) => (
      <>
        <ExcerptLink to={pathOf(row)}>{row.excerpt}</ExcerptLink>
        <Beside>Prompt {row.prompt_id}</Beside>
      </>
    ),
  },
  {
    key: "concordance",
    header: "Agreement",
    align: "end",
    cell: (row) => (
      <FigureOver figure={row.concordance} write={asWholeShare} isReasonElsewhere>
        <Link className={classes.oneLine} to={pathOf(row)}>
          {countOf(row.concordance.num_pairs, "comparison")}
        </Link>
      </FigureOver>
    ),
  },
  {
    key: "entropy",
    header: "Entropy, bits",
    align: "end",
    cell: ({ entropy }) => entropy.toFixed(2),
  },
  {
    key: "score",
    header: "Entropy × labelers",
    align: "end",
    cell: ({ score }) => score.toFixed(2),
  },
  {
    key: "labelers",
    header: "Labelers",
    align: "end",
    cell: ({ num_labelers: count }) => formatCount(count),
  },
  { key: "k", header: "Completions", align: "end", cell: ({ k }) => k },
  projectColumn(),
  {
    key: "last",
    header: "Last ranked",
    isOneLine: true,
    cell: ({ last_submitted_at: moment }) => <Moment at={moment} />,
  },
  { key: "decision", header: "Decision", cell: decisionOf },
];

const EXCLUDED: Column<ContestedList["excluded"][number]>[] = [
  {
    key: "prompt",
    header: "Prompt",
    isRowHeader: true,
    cell: (row) => <ExcerptLink to={pathOf(row)}>{row.excerpt}</ExcerptLink>,
  },
  { key: "reason", header: "Reason", cell: ({ reason }) => reason },
  projectColumn(),
  { key: "by", header: "By", cell: ({ author_name: name }) => name },
  { key: "since", header: "Since", isOneLine: true, cell: ({ created_at: moment }) => <Moment at={moment} /> },
];

function Lists({ found, order, project }: { found: ContestedList; order: string; project: string }) {
  const isCut = found.num_prompts > found.prompts.length;
  return (
    <>
      {found.prompts.length === 0 ? (
        <EmptyNote title="No prompt with several rankings fits">
          A prompt appears here once two labelers have ranked it and their rankings are sealed.
        </EmptyNote>
      ) : (
        <Section
          title={`${ORDERS.find(({ value }) => value === order)?.label ?? LEAST_AGREEMENT} first`}
          note={`${isCut ? `The first ${formatCount(found.prompts.length)} of ` : ""}${countOf(found.num_prompts, "prompt")}. A prompt, and how many comparisons there are on it, lead to every order of it.`}
        >
          <NumbersWithoutInterval
            title="Contested prompts"
            figures={found.prompts.map(({ concordance }) => concordance)}
            of="prompt"
          />
          <DataTable
            caption="Contested prompts"
            columns={withinProject(COLUMNS, project)}
            rows={found.prompts}
            rowKey={({ project, prompt_id: prompt }) => `${project.id}-${prompt}`}
          />
        </Section>
      )}
      <Section title="How this is counted" isSheet>
        <div className={classes.terms}>
          <p>
            <b>Agreement.</b> {found.concordance_definition}
          </p>
          <p>
            <b>Intervals.</b> {found.concordance_interval_method}
          </p>
          <p>
            <b>Entropy × labelers.</b> {found.entropy_definition}
          </p>
        </div>
      </Section>
      {found.excluded.length > 0 && (
        <Section title="Excluded" note="Out of training and statistics of their project until let back.">
          <DataTable
            caption="Excluded prompts"
            columns={withinProject(EXCLUDED, project)}
            rows={found.excluded}
            rowKey={({ project, prompt_id: prompt }) => `${project.id}-${prompt}`}
          />
        </Section>
      )}
    </>
  );
}

function tenthWords(tenth: string): string {
  return `Agreement of ${Number(tenth) * 10} to ${Number(tenth) * 10 + 10}%`;
}

/** The prompts behind the agreement, those on which labelers are most divided first (R46). */
export function ContestedPage() {
  const [filters, setFilter] = useAddressFilters([...FILTERS, "tenth", "order"]);
  const { search } = useLocation();
  const contested = useQuery(contestedQuery(filters));
  return (
    <>
      <PageHeader
        title="Contested prompts"
        actions={
          <LinkButton to={{ pathname: "/agreement", search }} isQuiet>
            Agreement
          </LinkButton>
        }
      >
        Where labelers are divided: read their orders side by side, settle them, or take a prompt out.
      </PageHeader>
      <AgreementFilters
        filters={filters}
        within={["overlap"]}
        choosing="prompts"
        onFilter={setFilter}
        chips={
          filters.tenth === ""
            ? []
            : [{ key: "tenth", words: tenthWords(filters.tenth), onRemove: () => setFilter("tenth", "") }]
        }
      >
        <FilterSelect
          label="Order"
          all={LEAST_AGREEMENT}
          choices={ORDERS}
          value={filters.order}
          onChange={(value) => setFilter("order", value)}
        />
      </AgreementFilters>
      <LoadedFigures query={contested} skeleton={<LoadingShape height={320} />}>
        {(found) => <Lists found={found} order={filters.order} project={filters.project} />}
      </LoadedFigures>
    </>
  );
}
