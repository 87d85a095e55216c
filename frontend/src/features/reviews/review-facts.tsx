import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { catalogueQuery } from "@/api/labeling";
import type { ToReview } from "@/api/research-types";
import { formatCount, formatDuration } from "@/components/formats";
import { Moment } from "@/components/moment";

import classes from "./reviews.module.css";

/** What the prompt was said to ask for, and how the answer came to be. */
export function ReviewFacts({ item }: { item: ToReview }) {
  const { t } = useTranslation("reviews");
  const catalogue = useQuery(catalogueQuery).data;
  const wordOf = (choices: { key: string; label: string }[] | undefined, key: string) =>
    choices?.find((choice) => choice.key === key)?.label ?? key;
  const questions = catalogue && [...catalogue.prompt_flags, ...catalogue.adversarial_tags];
  const flags = Object.entries(item.prompt.flags)
    .filter(([, isSet]) => isSet)
    .map(([key]) => wordOf(questions, key));
  const counted = (count: number | null) => (count === null ? t("notCounted") : formatCount(count));
  const tokens =
    item.token_count === null
      ? t("notCounted")
      : `${formatCount(item.token_count)} / ${formatCount(item.max_tokens)}`;
  return (
    <dl className={classes.facts} aria-label={t("facts")}>
      <div>
        <dt>{t("category")}</dt>
        <dd>{item.prompt.category ? wordOf(catalogue?.categories, item.prompt.category) : t("none")}</dd>
      </div>
      <div>
        <dt>{t("flags")}</dt>
        <dd>{flags.length > 0 ? flags.join(", ") : t("none")}</dd>
      </div>
      <div>
        <dt>{t("tokens")}</dt>
        <dd>{tokens}</dd>
      </div>
      <div>
        <dt>{t("time")}</dt>
        <dd>{item.seconds_active === null ? t("notCounted") : formatDuration(item.seconds_active)}</dd>
      </div>
      <div>
        <dt>{t("typed")}</dt>
        <dd>{counted(item.characters_typed)}</dd>
      </div>
      <div>
        <dt>{t("pasted")}</dt>
        <dd>{counted(item.characters_pasted)}</dd>
      </div>
      <div>
        <dt>{t("sent")}</dt>
        <dd>
          <Moment at={item.submitted_at} />
        </dd>
      </div>
    </dl>
  );
}
