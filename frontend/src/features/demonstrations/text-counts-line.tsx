import { useTranslation } from "react-i18next";

import type { TextCheck } from "@/api/types";
import { formatCount } from "@/components/formats";

import classes from "./demonstration-desk.module.css";
import type { HowWritten } from "./how-written";
import { countCharacters, countWords } from "./text-counts";

/** By how many tokens a text is over its limit; 0 where it is not, or where nobody knows. */
export function tokensTooMany(check: TextCheck | undefined): number {
  return check ? Math.max(0, check.num_tokens - check.max_tokens) : 0;
}

/** How long a text is, against its limit, and how it came to be. */
export function TextCountsLine({
  text,
  check,
  maxTokens,
  howWritten,
}: {
  text: string;
  check: TextCheck | undefined;
  maxTokens: number | undefined;
  howWritten: HowWritten;
}) {
  const { t } = useTranslation("demonstrations");
  const words = countWords(text);
  const characters = countCharacters(text);
  const isOver = tokensTooMany(check) > 0;

  function tokens(): string | null {
    if (check) {
      const counts = { num: formatCount(check.num_tokens), max: formatCount(check.max_tokens) };
      return check.is_exact ? t("tokens", counts) : t("aboutTokens", counts);
    }
    return maxTokens === undefined ? null : t("atMost", { max: formatCount(maxTokens) });
  }

  const parts = [
    t("words", { count: words, num: formatCount(words) }),
    t("characters", { count: characters, num: formatCount(characters) }),
  ].join(" · ");
  return (
    <p className={classes.counts}>
      {parts}
      {" · "}
      <span data-over={isOver || undefined}>{tokens()}</span>
      {howWritten !== null && howWritten.typed + howWritten.pasted > 0 && (
        <span title={t("howWrittenWhy")}>
          {" · "}
          {t("howWritten", {
            typed: formatCount(howWritten.typed),
            pasted: formatCount(howWritten.pasted),
          })}
        </span>
      )}
    </p>
  );
}
