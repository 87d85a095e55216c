import { Button, Text } from "@mantine/core";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { undoSkip } from "@/api/assignments";
import { sentenceFor } from "@/api/errors";
import type { KeptDraft } from "@/api/types";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { PageHeader } from "@/components/page-header";
import { TableSkeleton } from "@/components/table-skeleton";
import { openingOf } from "@/components/visible-text";

import { keptDraftsQuery } from "./returns-queries";

const EXCERPT = 140;
const STATE_TEXTS = {
  leased: "stateLeased",
  expired: "stateExpired",
  skipped: "stateSkipped",
} as const;

/** A skipped task is taken up again first; every other one simply opens. */
function useTakeUp() {
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async (draft: KeptDraft) => {
      if (draft.state === "skipped") await undoSkip(draft.id);
      return draft;
    },
    onSuccess: ({ id, project }) => navigate(`/label/${project}?assignment=${id}`),
  });
}

/** Everything begun and not handed in, with its way back. */
export function DraftsPage() {
  const { t } = useTranslation("demonstrations");
  const drafts = useInfiniteQuery(keptDraftsQuery);
  const takeUp = useTakeUp();

  const columns: Column<KeptDraft>[] = [
    {
      key: "prompt",
      header: t("columnTask"),
      isRowHeader: true,
      width: "32%",
      cell: (draft) => <span dir="auto">{openingOf(draft.prompt_excerpt, EXCERPT)}</span>,
    },
    {
      key: "text",
      header: t("columnText"),
      width: "32%",
      cell: (draft) =>
        draft.text_excerpt ? (
          <span dir="auto">{openingOf(draft.text_excerpt, EXCERPT)}</span>
        ) : (
          t("noText")
        ),
    },
    {
      key: "state",
      header: t("columnState"),
      cell: (draft) => `${t(STATE_TEXTS[draft.state])} · ${draft.project_name}`,
    },
    { key: "saved", header: t("columnSaved"), cell: (draft) => <Moment at={draft.saved_at} /> },
    {
      key: "way",
      header: t("columnWay"),
      align: "end",
      cell: (draft) => (
        <Button
          size="compact-sm"
          variant="default"
          loading={takeUp.isPending && takeUp.variables.id === draft.id}
          onClick={() => takeUp.mutate(draft)}
        >
          {t("takeUp")}
        </Button>
      ),
    },
  ];

  return (
    <>
      <PageHeader title={t("drafts")}>{t("draftsLead")}</PageHeader>
      {takeUp.isError && (
        <Text c="var(--danger)" role="alert" mb="md">
          {sentenceFor(takeUp.error)}
        </Text>
      )}
      <Loaded query={drafts} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote title={t("noDrafts")}>{t("noDraftsWords")}</EmptyNote>
          ) : (
            <>
              <DataTable
                caption={t("draftsCaption")}
                columns={columns}
                rows={rows}
                rowKey={({ id }) => id}
              />
              <MoreButton list={drafts} />
            </>
          )
        }
      </Loaded>
    </>
  );
}
