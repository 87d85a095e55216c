import { useTranslation } from "react-i18next";

import classes from "./compare-chooser.module.css";
import type { Shown } from "./completion-text";
import type { Handle } from "./ordering";

/** Which two to compare: two letters, by key or by click. */
export function CompareChooser({
  completions,
  first,
  onPick,
  onLeave,
}: {
  completions: readonly Shown[];
  first: Shown | null;
  onPick: (handle: Handle) => void;
  onLeave: () => void;
}) {
  const { t } = useTranslation("rankings");
  return (
    <div className={classes.chooser} role="group" aria-label={t("chooser.label")}>
      <span role="status">
        {first ? t("chooser.second", { letter: first.letter }) : t("chooser.first")}
      </span>
      {completions.map(({ handle, letter }) => (
        <button
          key={handle}
          type="button"
          className={classes.letter}
          disabled={handle === first?.handle}
          onClick={() => onPick(handle)}
        >
          {letter}
        </button>
      ))}
      <button type="button" className={classes.leave} onClick={onLeave}>
        {t("chooser.leave")}
      </button>
    </div>
  );
}
