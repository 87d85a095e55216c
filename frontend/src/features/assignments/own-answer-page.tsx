import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";

import { getAssignment } from "@/api/assignments";
import { ApiError } from "@/api/errors";
import { catalogueQuery } from "@/api/labeling";
import type { Assignment, OwnAnswer } from "@/api/types";
import { labelOf } from "@/api/words";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { MarkdownText } from "@/components/markdown-text";
import { Moment } from "@/components/moment";
import { PageHeader } from "@/components/page-header";
import { Section } from "@/components/section";
import { StatePage } from "@/components/state-page";

import { ownAnswerQuery } from "./history-queries";
import classes from "./own-answer-page.module.css";

type Items = NonNullable<OwnAnswer["ranking"]>["items"];
type Item = Items[number];

function useFigures(item: Item): string[] {
  const { t } = useTranslation("assignments");
  const figures = [
    item.rating !== null && t("answer.rating", { rating: item.rating }),
    item.toxicity !== null && t("answer.toxicity", { value: item.toxicity }),
    item.relative_toxicity !== null && t("answer.relative", { value: item.relative_toxicity }),
    item.continuity !== null && t("answer.continuity", { value: item.continuity }),
  ];
  return figures.filter((figure) => figure !== false);
}

function Judged({ item, items, assignment }: { item: Item; items: Items; assignment: Assignment }) {
  const { t } = useTranslation("assignments");
  const catalogue = useQuery(catalogueQuery).data;
  const figures = useFigures(item);
  const shown = assignment.completions?.find(({ handle }) => handle === item.handle);
  const isTied = items.filter(({ rank }) => rank === item.rank).length > 1;
  const yes = Object.entries(item.flags)
    .filter(([, answer]) => answer)
    .map(([key]) => catalogue?.label_items.find((known) => known.key === key)?.label ?? labelOf(key));
  return (
    <li className={classes.item}>
      <h3>
        {isTied ? t("answer.tied", { rank: item.rank }) : t("answer.rank", { rank: item.rank })}
        <span>{t("answer.completion", { letter: shown?.letter ?? "" })}</span>
        {figures.map((figure) => (
          <span key={figure}>{figure}</span>
        ))}
      </h3>
      {yes.length > 0 && (
        <p className={classes.said}>
          {t("answer.yes")}: {yes.join(", ")}
        </p>
      )}
      {item.note !== "" && (
        <p className={classes.said}>
          {t("answer.note")}: <q dir="auto">{item.note}</q>
        </p>
      )}
      <MarkdownText text={shown?.text ?? ""} />
    </li>
  );
}

function Answer({ answer, assignment }: { answer: OwnAnswer; assignment: Assignment }) {
  const { t } = useTranslation("assignments");
  if (!answer.ranking) {
    return (
      <Section title={t("answer.text")} isSheet>
        <MarkdownText text={answer.text ?? ""} />
      </Section>
    );
  }
  const { items, none_acceptable: isNoneAcceptable, input_toxicity: toxicity } = answer.ranking;
  const bestFirst = [...items].sort((a, b) => a.rank - b.rank);
  return (
    <Section title={t("answer.order")} note={t("answer.orderNote")} isSheet>
      {isNoneAcceptable && <p className={classes.said}>{t("answer.noneAcceptable")}</p>}
      {toxicity !== null && (
        <p className={classes.said}>{t("answer.inputToxicity", { value: toxicity })}</p>
      )}
      <ol className={classes.items}>
        {bestFirst.map((item) => (
          <Judged key={item.handle} item={item} items={items} assignment={assignment} />
        ))}
      </ol>
    </Section>
  );
}

/** One answer of the labeler's own, to read again and not to change. */
export function OwnAnswerPage() {
  const { t } = useTranslation("assignments");
  const { assignmentId = "" } = useParams();
  const answer = useQuery(ownAnswerQuery(assignmentId));
  const assignment = useQuery({
    queryKey: ["labeling", "assignment", assignmentId],
    queryFn: ({ signal }) => getAssignment(assignmentId, signal),
  });
  const back = (
    <LinkButton to="/history" isQuiet>
      {t("answer.back")}
    </LinkButton>
  );
  if (answer.error instanceof ApiError && answer.error.status === 404) {
    return (
      <StatePage title={t("answer.missing")} actions={back}>
        {t("answer.missingWords")}
      </StatePage>
    );
  }
  return (
    <Loaded query={assignment}>
      {(task) => (
        <>
          <PageHeader title={t("answer.title")} actions={back}>
            {task.project.name}
            {task.submitted_at && (
              <>
                {" "}
                · {t("answer.submitted")} <Moment at={task.submitted_at} />
              </>
            )}
          </PageHeader>
          <Section title={t("answer.prompt")} isSheet>
            <MarkdownText text={task.prompt.text} />
          </Section>
          <Loaded query={answer}>{(found) => <Answer answer={found} assignment={task} />}</Loaded>
        </>
      )}
    </Loaded>
  );
}
