import { Button, Group, Text } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { getAssignment, takeBack, undoSkip } from "@/api/assignments";
import { sentenceFor } from "@/api/errors";
import { labelingProjectsQuery } from "@/api/labeling";
import type { Assignment, HistoryEntry } from "@/api/types";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { clockWords } from "@/components/duration";
import { EmptyNote } from "@/components/empty-note";
import { FilterSelect } from "@/components/filter-select";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { PageHeader } from "@/components/page-header";
import { TableSkeleton } from "@/components/table-skeleton";
import { Toolbar } from "@/components/toolbar";
import { useAddressFilters } from "@/components/use-address-filters";
import { useNow } from "@/components/use-now";
import { openingOf } from "@/components/visible-text";

import classes from "./history-page.module.css";
import { historyListQuery } from "./history-queries";
import { OwnWorkSection } from "./own-work-section";
import { canTakeBack } from "./use-last-answer";

const STATES: HistoryEntry["state"][] = ["leased", "submitted", "skipped", "expired"];
const FILTERS = ["project", "state"] as const;

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

function useWayBackWords(entry: HistoryEntry, now: number): string | null {
  const { t } = useTranslation("assignments");
  if (entry.state === "leased" || entry.state === "expired") return t("history.goOn");
  if (entry.state === "skipped") return t("history.undoSkip");
  if (!canTakeBack(entry, now)) return null;
  return t("history.takeBack", { clock: clockWords(Date.parse(entry.take_back_until) - now) });
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
  const { t } = useTranslation("assignments");
  const label = useWayBackWords(entry, now);
  return (
    <Group gap="xs" justify="flex-end">
      {entry.state === "submitted" && (
        <Button component={Link} to={`/history/${entry.id}`} size="compact-sm" variant="subtle">
          {t("history.see")}
        </Button>
      )}
      {label && (
        <Button
          size="compact-sm"
          variant="default"
          loading={reopen.isPending && reopen.variables.id === entry.id}
          onClick={() => reopen.mutate(entry)}
        >
          {label}
        </Button>
      )}
    </Group>
  );
}

function useColumns(reopen: ReturnType<typeof useReopen>): Column<HistoryEntry>[] {
  const { t } = useTranslation("assignments");
  const now = useNow();
  return [
    {
      key: "prompt",
      header: t("history.prompt"),
      isRowHeader: true,
      cell: (entry) => (
        <span className={classes.excerpt} dir="auto">
          {openingOf(entry.prompt_excerpt, 160)}
        </span>
      ),
    },
    {
      key: "project",
      header: t("history.project"),
      cell: (entry) => `${entry.project_name} · ${t(`history.kinds.${entry.kind}`)}`,
    },
    { key: "state", header: t("history.state"), cell: (entry) => t(`history.states.${entry.state}`) },
    {
      key: "submitted",
      header: t("history.submitted"),
      cell: (entry) => (entry.submitted_at ? <Moment at={entry.submitted_at} /> : "–"),
    },
    {
      key: "way-back",
      header: t("history.wayBack"),
      align: "end",
      cell: (entry) => <WayBack entry={entry} now={now} reopen={reopen} />,
    },
  ];
}

function Entries({ project, state }: Record<(typeof FILTERS)[number], string>) {
  const { t } = useTranslation("assignments");
  const number = Number(project);
  const history = useInfiniteQuery(
    historyListQuery({
      project: Number.isSafeInteger(number) && number > 0 ? number : undefined,
      state: STATES.find((known) => known === state),
    }),
  );
  const reopen = useReopen();
  const columns = useColumns(reopen);
  const isFiltered = project !== "" || state !== "";
  return (
    <>
      {reopen.isError && (
        <Text c="var(--danger)" role="alert" mb="md">
          {sentenceFor(reopen.error)}
        </Text>
      )}
      <Loaded query={history} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote title={isFiltered ? t("history.noneFit") : t("history.none")}>
              {isFiltered ? t("history.noneFitWords") : t("history.noneWords")}
            </EmptyNote>
          ) : (
            <>
              <DataTable
                caption={t("history.caption")}
                columns={columns}
                rows={rows}
                rowKey={(entry) => entry.id}
              />
              <MoreButton list={history} />
            </>
          )
        }
      </Loaded>
    </>
  );
}

/** What a labeler has done, the latest first, and what of it can still be changed. */
export function HistoryPage() {
  const { t } = useTranslation("assignments");
  const [filters, setFilter] = useAddressFilters(FILTERS);
  const projects = useQuery(labelingProjectsQuery).data ?? [];
  return (
    <>
      <PageHeader title={t("history.title")}>{t("history.lead")}</PageHeader>
      <OwnWorkSection />
      <Toolbar label={t("history.filters")}>
        <FilterSelect
          label={t("history.project")}
          all={t("history.allProjects")}
          choices={projects.map(({ id, name }) => ({ value: String(id), label: name }))}
          value={filters.project}
          onChange={(value) => setFilter("project", value)}
        />
        <FilterSelect
          label={t("history.state")}
          all={t("history.allStates")}
          choices={STATES.map((state) => ({ value: state, label: t(`history.states.${state}`) }))}
          value={filters.state}
          onChange={(value) => setFilter("state", value)}
        />
      </Toolbar>
      <Entries {...filters} />
    </>
  );
}
