import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { catalogueQuery } from "@/api/labeling";
import type { WrittenPrompt } from "@/api/types";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { TableSkeleton } from "@/components/table-skeleton";
import { openingOf } from "@/components/visible-text";

import { writtenPromptsQuery } from "./writing-queries";

const EXCERPT = 200;
const KIND_TEXTS = {
  labeler_plain: "kindPlain",
  labeler_fewshot: "kindFewShot",
  labeler_user_based: "kindUserBased",
  customer: "kindCustomer",
} as const satisfies Record<WrittenPrompt["kind"], string>;

function stateOf({ standing, personal_data: found }: WrittenPrompt) {
  if (standing === "over_cap") return "stateOverCap" as const;
  if (found === "confirmed") return "statePersonal" as const;
  return found === "found" || found === "unchecked" ? ("stateToCheck" as const) : ("stateUsed" as const);
}

/** Everything one has written, with what became of it. */
export function OwnPrompts() {
  const { t } = useTranslation("promptWriting");
  const prompts = useInfiniteQuery(writtenPromptsQuery);
  const categories = useQuery(catalogueQuery).data?.categories ?? [];
  const columns: Column<WrittenPrompt>[] = [
    {
      key: "text",
      header: t("prompt"),
      isRowHeader: true,
      width: "50%",
      cell: ({ text }) => <span dir="auto">{openingOf(text, EXCERPT)}</span>,
    },
    { key: "kind", header: t("columnKind"), cell: ({ kind }) => t(KIND_TEXTS[kind]) },
    {
      key: "category",
      header: t("category"),
      cell: ({ category }) =>
        categories.find(({ key }) => key === category)?.label ?? t("anyCategory"),
    },
    { key: "state", header: t("columnStanding"), cell: (prompt) => t(stateOf(prompt)) },
    {
      key: "written",
      header: t("columnWritten"),
      cell: ({ created_at: at }) => <Moment at={at} />,
    },
  ];
  return (
    <Loaded query={prompts} skeleton={<TableSkeleton />}>
      {(rows) =>
        rows.length === 0 ? (
          <EmptyNote title={t("noPrompts")}>{t("noPromptsWords")}</EmptyNote>
        ) : (
          <>
            <DataTable
              caption={t("promptsCaption")}
              columns={columns}
              rows={rows}
              rowKey={({ id }) => id}
            />
            <MoreButton list={prompts} />
          </>
        )
      }
    </Loaded>
  );
}
