import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";

import { sweepQuery } from "@/api/sweeps";
import type { RunState, SweepDetail, SweepEntry } from "@/api/training-types";
import { RUN_STATE_WORDS, STAGE_WORDS } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { Loaded } from "@/components/loaded";
import { PageHeader } from "@/components/page-header";
import { Section } from "@/components/section";
import { StaleNote } from "@/components/stale-note";
import { ToneBadge } from "@/components/tone-badge";

import { textOf } from "./hyperparameter-form";
import { SweepPanels } from "./sweep-panels";

// A run that has ended without a figure will have none.
const NEVER: ReadonlySet<RunState> = new Set(["succeeded", "failed", "cancelled"]);

function columnsOf({ sweep: { parameter }, criterion }: SweepDetail): Column<SweepEntry>[] {
  return [
    {
      key: "value",
      header: parameter,
      isRowHeader: true,
      isOneLine: true,
      cell: ({ value, is_best: isBest }) => (isBest ? <b>{textOf(value)} (best)</b> : textOf(value)),
    },
    {
      key: "figure",
      header: criterion?.label ?? "Figure",
      align: "end",
      cell: ({ figure, run }) => figure?.toFixed(4) ?? (NEVER.has(run.state) ? "none" : "none yet"),
    },
    {
      key: "state",
      header: "State",
      isOneLine: true,
      cell: ({ run }) => <ToneBadge {...RUN_STATE_WORDS[run.state]} />,
    },
    { key: "run", header: "Run", cell: ({ run }) => <Link to={`/runs/${run.id}`}>{run.name}</Link> },
  ];
}

function Runs({ detail }: { detail: SweepDetail }) {
  return (
    <Section title="Runs">
      <DataTable
        caption={`Runs by ${detail.sweep.parameter}`}
        columns={columnsOf(detail)}
        rows={detail.entries}
        rowKey={({ run }) => run.id}
      />
    </Section>
  );
}

/** One hyperparameter over its values: which did best, by what its stage is chosen by. */
export function SweepPage() {
  const detail = useQuery(sweepQuery(useParams().sweepId ?? ""));
  return (
    <Loaded query={detail}>
      {(found) => (
        <>
          <StaleNote query={detail} />
          <PageHeader title={found.sweep.name}>
            {STAGE_WORDS[found.sweep.stage]}, {found.sweep.parameter} over {found.entries.length} values.
          </PageHeader>
          <SweepPanels detail={found} />
          <Runs detail={found} />
        </>
      )}
    </Loaded>
  );
}
