import { useTranslation } from "react-i18next";

import type { Phase } from "./board";
import { CommandKey } from "./command-key";
import classes from "./pass-switch.module.css";

const PASSES = [
  { phase: "rate", label: "ratePass" },
  { phase: "order", label: "orderPass" },
] as const;

/** Which of the two passes is on, and the way to the other. */
export function PassSwitch({
  phase,
  onChange,
}: {
  phase: Phase;
  onChange: (phase: Phase) => void;
}) {
  const { t } = useTranslation("rankings");
  return (
    <div className={classes.switch} role="group" aria-label={t("pass")}>
      {PASSES.map((pass) => (
        <button
          key={pass.phase}
          type="button"
          className={classes.pass}
          aria-pressed={pass.phase === phase}
          onClick={() => onChange(pass.phase)}
        >
          {t(pass.label)}
        </button>
      ))}
      <CommandKey id="toggle-phase" />
    </div>
  );
}
