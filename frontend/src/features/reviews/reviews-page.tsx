import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { ProjectToReview, Review } from "@/api/research-types";
import { EmptyNote } from "@/components/empty-note";
import { FilterSelect } from "@/components/filter-select";
import { formatCount } from "@/components/formats";
import { Loaded } from "@/components/loaded";
import { PageHeader } from "@/components/page-header";
import { TableSkeleton } from "@/components/table-skeleton";
import { Toolbar } from "@/components/toolbar";
import { useAddressFilters } from "@/components/use-address-filters";
import { ViewToggle } from "@/components/view-toggle";

import { DecidedList } from "./decided-list";
import { ReviewDesk } from "./review-desk";
import { projectsToReviewQuery, reviewQueueQuery } from "./review-queries";
import classes from "./reviews.module.css";

const VIEWS = ["waiting", "decided"] as const;
type View = (typeof VIEWS)[number];

function Outcome({ review }: { review: Review }) {
  const { t } = useTranslation("reviews");
  return (
    <p className={classes.outcome} role="status">
      {t(review.outcome)} {t("wasWrittenBy", { name: review.writer.display_name })}
    </p>
  );
}

/** One answer after the other; what is left for later comes again after the last. */
function Queue({ project }: { project: number | undefined }) {
  const { t } = useTranslation("reviews");
  const queue = useInfiniteQuery(reviewQueueQuery(project));
  const [position, setPosition] = useState(0);
  const [last, setLast] = useState<Review | null>(null);

  return (
    <>
      {last && <Outcome review={last} />}
      <Loaded query={queue} skeleton={<TableSkeleton numRows={4} />}>
        {(rows) => {
          // A decided one is gone from the list before the server's next answer says so.
          const waiting = rows.filter(({ id }) => id !== last?.demonstration);
          const item = waiting[position % Math.max(1, waiting.length)];
          if (!item) {
            return <EmptyNote title={t("nothingWaits")}>{t("nothingWaitsWords")}</EmptyNote>;
          }
          return (
            <ReviewDesk
              key={item.id}
              item={item}
              onDecided={setLast}
              onLater={waiting.length > 1 ? () => setPosition(position + 1) : null}
            />
          );
        }}
      </Loaded>
    </>
  );
}

function WhatItMeans({ project }: { project: ProjectToReview }) {
  const { t } = useTranslation("reviews");
  return (
    <p className={classes.quiet}>
      {t("numWaiting", { count: project.num_waiting, num: formatCount(project.num_waiting) })}
      {". "}
      {project.requires_review ? t("requiresReview") : t("noReviewNeeded")}
    </p>
  );
}

/** Where researchers read what labelers wrote, and decide about it without knowing whose it is. */
export function ReviewsPage() {
  const { t } = useTranslation("reviews");
  const [wanted, setWanted] = useAddressFilters(["project", "view"]);
  const projects = useQuery(projectsToReviewQuery).data ?? [];
  const view: View = wanted.view === "decided" ? "decided" : "waiting";
  const chosen = projects.find(({ id }) => String(id) === wanted.project);
  return (
    <>
      <PageHeader title={t("title")}>{t("lead")}</PageHeader>
      <Toolbar label={t("project")}>
        <FilterSelect
          label={t("project")}
          all={t("allProjects")}
          choices={projects.map(({ id, name, num_waiting: num }) => ({
            value: String(id),
            label: t("projectChoice", { name, num: formatCount(num) }),
          }))}
          value={chosen ? wanted.project : ""}
          onChange={(value) => setWanted("project", value)}
        />
        <div className={classes.views}>
          <ViewToggle
            label={t("tabs")}
            views={VIEWS.map((one) => ({ value: one, label: t(one) }))}
            chosen={view}
            onChoose={(one) => setWanted("view", one === "waiting" ? "" : one)}
          />
        </div>
      </Toolbar>
      {chosen && view === "waiting" && <WhatItMeans project={chosen} />}
      {view === "waiting" ? <Queue key={chosen?.id} project={chosen?.id} /> : <DecidedList project={chosen?.id} />}
    </>
  );
}
