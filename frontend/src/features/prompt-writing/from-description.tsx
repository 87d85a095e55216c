import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { TaskDescription } from "@/api/types";
import { EmptyNote } from "@/components/empty-note";
import { Loaded } from "@/components/loaded";
import { MoreButton } from "@/components/more-button";
import { ReadText } from "@/components/read-text";
import { TableSkeleton } from "@/components/table-skeleton";

import { PromptForm } from "./prompt-form";
import { descriptionsQuery } from "./writing-queries";
import classes from "./writing.module.css";

/** A prompt such as the person in somebody else's description might send. */
export function FromDescription() {
  const { t } = useTranslation("promptWriting");
  const descriptions = useInfiniteQuery(descriptionsQuery("others"));
  const [chosen, setChosen] = useState<TaskDescription | null>(null);

  if (chosen) {
    return (
      <>
        <section className={classes.from} aria-label={t("from")}>
          <p className={classes.label}>{t("from")}</p>
          <ReadText text={chosen.text} />
          <button type="button" className={classes.quietButton} onClick={() => setChosen(null)}>
            {t("anotherDescription")}
          </button>
        </section>
        <PromptForm key={chosen.id} description={chosen.id} />
      </>
    );
  }
  return (
    <Loaded query={descriptions} skeleton={<TableSkeleton numRows={3} />}>
      {(rows) =>
        rows.length === 0 ? (
          <EmptyNote title={t("noDescriptions")}>{t("noDescriptionsWords")}</EmptyNote>
        ) : (
          <>
            <ul className={classes.list} aria-label={t("chooseDescription")}>
              {rows.map((description) => (
                <li key={description.id} className={classes.row}>
                  <div>
                    <ReadText text={description.text} />
                    <p className={classes.quiet}>
                      {t("usedTimes", { count: description.num_prompts })}
                    </p>
                  </div>
                  <Button variant="default" onClick={() => setChosen(description)}>
                    {t("writeFromIt")}
                  </Button>
                </li>
              ))}
            </ul>
            <MoreButton list={descriptions} />
          </>
        )
      }
    </Loaded>
  );
}
