import { useHotkeys } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { labelingProjectsQuery } from "@/api/labeling";
import type { NextAssignment } from "@/api/types";
import { LinkButton } from "@/components/link-button";
import { StatePage } from "@/components/state-page";

import classes from "./empty-queue.module.css";
import { waitingWords } from "./waiting-words";

type Reason = NonNullable<NextAssignment["reason"]>;

function Why({ next, reason, isAnywhere }: { next: NextAssignment; reason: Reason; isAnywhere: boolean }) {
  const { t } = useTranslation("assignments");
  switch (reason) {
    case "empty":
      return (
        <p>
          {next.num_waiting_for_others > 0
            ? t("queue.others", { count: next.num_waiting_for_others })
            : isAnywhere
              ? t("queue.allDoneAnywhere")
              : t("queue.allDone")}{" "}
          {t("queue.checking")}
        </p>
      );
    case "paused":
      return (
        <p>
          {t("queue.paused")} {t("queue.checking")}
        </p>
      );
    case "not_in_pool":
      return <p>{t("queue.notInPool")}</p>;
    case "not_qualified":
      return (
        <>
          <p>
            {t("queue.missing")} <strong>{next.missing.join(", ")}</strong>
          </p>
          <p>{t("queue.missingHelp")}</p>
        </>
      );
  }
}

/** The other projects that have work now. */
function Elsewhere({ project }: { project: number | null }) {
  const { t } = useTranslation("assignments");
  const projects = useQuery(labelingProjectsQuery).data ?? [];
  const others = projects.filter(
    ({ id, state, num_waiting_for_me: waiting }) => id !== project && state === "open" && waiting > 0,
  );
  return (
    <section className={classes.elsewhere}>
      <h2>{t("queue.elsewhere")}</h2>
      <ul>
        {others.map((other) => (
          <li key={other.id}>
            <Link to={`/label/${other.id}`}>{other.name}</Link> ({waitingWords(t, other)})
          </li>
        ))}
        <li>
          <Link to="/questions">{t("queue.readQuestions")}</Link>
        </li>
      </ul>
    </section>
  );
}

/** Why there is no task: done, paused, or not yours. The page goes on looking. */
export function EmptyQueue({
  project,
  next,
  takeBackLast,
  notice,
}: {
  /** Null where tasks come from any project. */
  project: number | null;
  next: NextAssignment;
  takeBackLast: (() => void) | null;
  notice: ReactNode;
}) {
  const { t } = useTranslation("assignments");
  const reason = next.reason ?? "empty";
  useHotkeys([["U", () => takeBackLast?.()]]);
  return (
    <main>
      <StatePage
        title={t(`queue.titles.${reason}`)}
        actions={
          <>
            <LinkButton to="/label">{t("desk.otherProjects")}</LinkButton>
            <LinkButton to="/history" isQuiet>
              {t("desk.myAnswers")}
            </LinkButton>
          </>
        }
      >
        <Why next={next} reason={reason} isAnywhere={project === null} />
        {notice}
        <Elsewhere project={project} />
      </StatePage>
    </main>
  );
}
