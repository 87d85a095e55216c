import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import type { Review } from "@/api/research-types";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { TableSkeleton } from "@/components/table-skeleton";
import { ToneBadge } from "@/components/tone-badge";
import type { Tone } from "@/components/tone-badge";
import { openingOf } from "@/components/visible-text";

import { decidedReviewsQuery } from "./review-queries";

const EXCERPT = 140;
const OUTCOMES = {
  accepted: { tone: "good", text: "outcomeAccepted" },
  corrected: { tone: "active", text: "outcomeCorrected" },
  returned: { tone: "caution", text: "outcomeReturned" },
} as const satisfies Record<Review["outcome"], { tone: Tone; text: string }>;

/** What was decided, with the writers' names: the blind part is over. */
export function DecidedList({ project }: { project: number | undefined }) {
  const { t } = useTranslation("reviews");
  const decided = useInfiniteQuery(decidedReviewsQuery(project));
  const columns: Column<Review>[] = [
    {
      key: "prompt",
      header: t("columnPrompt"),
      isRowHeader: true,
      width: "36%",
      cell: (review) => <span dir="auto">{openingOf(review.prompt, EXCERPT)}</span>,
    },
    { key: "writer", header: t("columnWriter"), cell: (review) => review.writer.display_name },
    {
      key: "outcome",
      header: t("columnOutcome"),
      cell: (review) => (
        <ToneBadge
          tone={OUTCOMES[review.outcome].tone}
          label={t(OUTCOMES[review.outcome].text)}
        />
      ),
    },
    {
      key: "grade",
      header: t("columnGrade"),
      align: "end",
      cell: (review) => review.grade ?? t("noGrade"),
    },
    { key: "comment", header: t("comment"), cell: (review) => <span dir="auto">{review.comment}</span> },
    { key: "reviewer", header: t("columnReviewer"), cell: (review) => review.reviewer.display_name },
    { key: "when", header: t("columnWhen"), cell: (review) => <Moment at={review.created_at} /> },
  ];
  return (
    <Loaded query={decided} skeleton={<TableSkeleton />}>
      {(rows) =>
        rows.length === 0 ? (
          <EmptyNote title={t("noneDecided")}>{t("noneDecidedWords")}</EmptyNote>
        ) : (
          <>
            <DataTable caption={t("decidedCaption")} columns={columns} rows={rows} rowKey={({ id }) => id} />
            <MoreButton list={decided} />
          </>
        )
      }
    </Loaded>
  );
}
