import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { ReturnedAnswer } from "@/api/types";
import { EmptyNote } from "@/components/empty-note";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { PageHeader } from "@/components/page-header";
import { ReadText } from "@/components/read-text";
import { TableSkeleton } from "@/components/table-skeleton";
import { TextDiff } from "@/components/text-diff";
import { ToneBadge } from "@/components/tone-badge";
import { openingOf } from "@/components/visible-text";

import classes from "./returns-page.module.css";
import { returnsQuery, unreadReturnsQuery, useMarkRead } from "./returns-queries";

const EXCERPT = 160;

function Outcome({ returned }: { returned: ReturnedAnswer }) {
  const { t } = useTranslation("demonstrations");
  if (returned.outcome === "corrected") {
    return <ToneBadge tone="good" icon="done" label={t("outcomeCorrected")} />;
  }
  return returned.is_to_do ? (
    <ToneBadge tone="caution" icon="back" label={t("outcomeReturned")} />
  ) : (
    <ToneBadge tone="neutral" icon="done" label={t("outcomeSentAgain")} />
  );
}

function Detail({ returned }: { returned: ReturnedAnswer }) {
  const { t } = useTranslation("demonstrations");
  return (
    <div className={classes.detail}>
      <section>
        <h3>{t("reviewerSays")}</h3>
        {returned.comment ? <ReadText text={returned.comment} /> : <p>{t("noComment")}</p>}
      </section>
      <section>
        <h3>{t("prompt")}</h3>
        <ReadText text={returned.prompt} />
      </section>
      <section>
        <h3>{returned.corrected_text === null ? t("whatYouSent") : t("correctedDiff")}</h3>
        {returned.corrected_text === null ? (
          <ReadText text={returned.sent_text} />
        ) : (
          <div role="group" aria-label={t("correctedDiff")}>
            <TextDiff before={returned.sent_text} after={returned.corrected_text} />
          </div>
        )}
      </section>
    </div>
  );
}

function Row({ returned }: { returned: ReturnedAnswer }) {
  const { t } = useTranslation("demonstrations");
  const [isOpen, setOpen] = useState(false);
  const { mutate: markRead } = useMarkRead();
  const isUnread = returned.read_at === null;

  function toggle() {
    if (!isOpen && isUnread) markRead(returned.id);
    setOpen(!isOpen);
  }

  return (
    <li className={classes.row} data-unread={isUnread || undefined}>
      <div className={classes.head}>
        <div className={classes.what}>
          <p className={classes.prompt} dir="auto">
            {openingOf(returned.prompt, EXCERPT)}
          </p>
          <p className={classes.facts}>
            <Outcome returned={returned} />
            {isUnread && <ToneBadge tone="active" label={t("unread")} />}
            <span>{returned.project.name}</span>
            <Moment at={returned.created_at} />
          </p>
        </div>
        <div className={classes.actions}>
          <Button variant="default" aria-expanded={isOpen} onClick={toggle}>
            {isOpen ? t("close") : t("open")}
          </Button>
          {returned.is_to_do && (
            <LinkButton to={`/label/${returned.project.id}?assignment=${returned.assignment}`}>
              {t("goOn")}
            </LinkButton>
          )}
        </div>
      </div>
      {isOpen && <Detail returned={returned} />}
    </li>
  );
}

/** A writer's inbox: what came back, and what there is to do about it. */
export function ReturnsPage() {
  const { t } = useTranslation("demonstrations");
  const returns = useInfiniteQuery(returnsQuery);
  const unread = useQuery(unreadReturnsQuery).data ?? 0;
  return (
    <>
      <PageHeader
        title={t("returnedTitle")}
        actions={unread > 0 && <span className={classes.unread}>{t("numUnread", { count: unread })}</span>}
      >
        {t("returnsLead")}
      </PageHeader>
      <Loaded query={returns} skeleton={<TableSkeleton numRows={4} />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote title={t("noReturns")}>{t("noReturnsWords")}</EmptyNote>
          ) : (
            <>
              <ul className={classes.list} aria-label={t("returnedTitle")}>
                {rows.map((returned) => (
                  <Row key={returned.id} returned={returned} />
                ))}
              </ul>
              <MoreButton list={returns} />
            </>
          )
        }
      </Loaded>
    </>
  );
}
