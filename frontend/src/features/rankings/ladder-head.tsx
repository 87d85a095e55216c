import { useTranslation } from "react-i18next";

import { CommandKey } from "./command-key";
import classes from "./ladder-head.module.css";

/** Whose order the ladder shows, and the two moves that concern all of it. */
export function LadderHead({
  isDraft,
  canFollowRatings,
  onFollowRatings,
  onTieAll,
  noneAcceptable,
}: {
  isDraft: boolean;
  canFollowRatings: boolean;
  onFollowRatings: () => void;
  onTieAll: () => void;
  /** Null where it is not asked: a toxicity task has its own words for that. */
  noneAcceptable: { isSaid: boolean; onTurn: () => void } | null;
}) {
  const { t } = useTranslation("rankings");
  return (
    <header className={classes.head}>
      <h2 className={classes.title}>{t("order")}</h2>
      <span className={classes.source}>{t(isDraft ? "draftOrder" : "ownOrder")}</span>
      <div className={classes.moves}>
        {canFollowRatings && (
          <button type="button" className={classes.move} onClick={onFollowRatings}>
            {t("followRatings")}
          </button>
        )}
        <button type="button" className={classes.move} onClick={onTieAll}>
          {t("allEqual")} <CommandKey id="tie-all" />
        </button>
        {noneAcceptable && (
          <button
            type="button"
            className={classes.move}
            aria-pressed={noneAcceptable.isSaid}
            onClick={noneAcceptable.onTurn}
          >
            {t("noneAcceptable")} <CommandKey id="none-acceptable" />
          </button>
        )}
      </div>
    </header>
  );
}
