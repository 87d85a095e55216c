import { useTranslation } from "react-i18next";

import { durationWords } from "./duration";
import classes from "./save-state.module.css";
import { useNow } from "./use-now";

const SHOW_BELOW_MS = 10 * 60_000;
const WARN_BELOW_MS = 3 * 60_000;

/** How long the open piece of work is still held. Quiet until it matters. */
export function LeaseState({ until, isLost }: { until: number | null; isLost: boolean }) {
  const { t } = useTranslation("workplace");
  const now = useNow();
  if (until === null && !isLost) return null;
  const left = (until ?? 0) - now;
  if (left <= 0 || isLost) {
    return (
      <span className={classes.state} data-tone="caution">
        {t("leaseOver")}
      </span>
    );
  }
  if (left > SHOW_BELOW_MS) return null;
  const isShort = left < WARN_BELOW_MS;
  return (
    <span
      className={classes.state}
      data-tone={isShort ? "caution" : "calm"}
      title={t("leaseHint")}
    >
      {t("leaseLeft", { span: durationWords(left) })}
    </span>
  );
}
