import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { ReadText } from "@/components/read-text";
import { TextDiff } from "@/components/text-diff";

import classes from "./returned-note.module.css";
import { returnOfQuery, useMarkRead } from "./returns-queries";

/** Why an answer came back, above the place where it is written anew. */
export function ReturnedNote({ assignmentId, text }: { assignmentId: string; text: string }) {
  const { t } = useTranslation("demonstrations");
  const returned = useQuery(returnOfQuery(assignmentId)).data;
  const [isCompared, setCompared] = useState(false);
  const { mutate: markRead } = useMarkRead();
  const unreadId = returned?.is_to_do && returned.read_at === null ? returned.id : null;

  useEffect(() => {
    if (unreadId !== null) markRead(unreadId);
  }, [unreadId, markRead]);

  if (!returned?.is_to_do) return null;
  return (
    <section className={classes.note} aria-label={t("returnedTitle")}>
      <p className={classes.title}>{t("returnedNote")}</p>
      <ReadText text={returned.comment} />
      <button
        type="button"
        className={classes.compare}
        aria-expanded={isCompared}
        onClick={() => setCompared(!isCompared)}
      >
        {isCompared ? t("hideChanges") : t("showChanges")}
      </button>
      {isCompared && (
        <div className={classes.changes} role="group" aria-label={t("changes")}>
          <TextDiff before={returned.sent_text} after={text} />
        </div>
      )}
    </section>
  );
}
