import { Button, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { getAssignment, historyQuery, takeBack, undoSkip } from "@/api/assignments";
import { sentenceFor } from "@/api/errors";
import type { Assignment, HistoryEntry } from "@/api/types";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { clockWords } from "@/components/duration";
import { EmptyNote } from "@/components/empty-note";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { PageHeader } from "@/components/page-header";
import { useNow } from "@/components/use-now";
import { openingOf } from "@/components/visible-text";

import classes from "./history-page.module.css";
import { canTakeBack } from "./use-last-answer";

const KIND_WORDS: Record<HistoryEntry["kind"], string> = {
  ranking: "Ranking",
  demonstration: "Demonstration",
  toxicity: "Toxicity",
};

const STATE_WORDS: Record<HistoryEntry["state"], string> = {
  leased: "Open, draft kept",
  submitted: "Submitted",
  expired: "Given up, draft kept",
  skipped: "Skipped, draft kept",
};

/** What brings each kind of entry back to the desk. */
const REOPEN: Record<HistoryEntry["state"], (id: string) => Promise<Assignment>> = {
  leased: (id) => getAssignment(id),
  expired: (id) => getAssignment(id),
  skipped: undoSkip,
  submitted: takeBack,
};

function useReopen() {
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (entry: HistoryEntry) => REOPEN[entry.state](entry.id),
    onSuccess: (assignment) =>
      navigate(`/label/${assignment.project.id}?assignment=${assignment.id}`),
  });
}

function wayBackWords(entry: HistoryEntry, now: number): string | null {
  if (entry.state === "leased" || entry.state === "expired") return "Go on";
  if (entry.state === "skipped") return "Undo the skip";
  if (!canTakeBack(entry, now)) return null;
  return `Take back, ${clockWords(Date.parse(entry.take_back_until) - now)} left`;
}

function WayBack({
  entry,
  now,
  reopen,
}: {
  entry: HistoryEntry;
  now: number;
  reopen: ReturnType<typeof useReopen>;
}) {
  const label = wayBackWords(entry, now);
  if (!label) return null;
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={reopen.isPending && reopen.variables.id === entry.id}
      onClick={() => reopen.mutate(entry)}
    >
      {label}
    </Button>
  );
}

/** What a labeler has done, the latest first, and what of it can still be changed. */
export function HistoryPage() {
  const history = useQuery(historyQuery);
  const now = useNow();
  const reopen = useReopen();

  const columns: Column<HistoryEntry>[] = [
    {
      key: "prompt",
      header: "Prompt",
      isRowHeader: true,
      cell: (entry) => (
        <span className={classes.excerpt} dir="auto">
          {openingOf(entry.prompt_excerpt, 160)}
        </span>
      ),
    },
    {
      key: "project",
      header: "Project",
      cell: (entry) => `${entry.project_name} · ${KIND_WORDS[entry.kind]}`,
    },
    { key: "state", header: "State", cell: (entry) => STATE_WORDS[entry.state] },
    {
      key: "submitted",
      header: "Submitted",
      cell: (entry) => (entry.submitted_at ? <Moment at={entry.submitted_at} /> : "–"),
    },
    {
      key: "way-back",
      header: "Way back",
      align: "end",
      cell: (entry) => <WayBack entry={entry} now={now} reopen={reopen} />,
    },
  ];

  return (
    <>
      <PageHeader title="My answers">
        A submitted answer can be taken back for a few minutes; after that it counts.
      </PageHeader>
      {reopen.isError && (
        <Text c="var(--danger)" role="alert" mb="md">
          {sentenceFor(reopen.error)}
        </Text>
      )}
      <Loaded query={history}>
        {({ results, next }) =>
          results.length === 0 ? (
            <EmptyNote title="Nothing yet">Your answers are listed here as you give them.</EmptyNote>
          ) : (
            <>
              <DataTable
                caption="My answers, the latest first"
                columns={columns}
                rows={results}
                rowKey={(entry) => entry.id}
              />
              {next && <p className={classes.more}>Only the latest {results.length} are listed.</p>}
            </>
          )
        }
      </Loaded>
    </>
  );
}
