import type { AgreementReport } from "@/api/research-types";
import { countOf, formatCount } from "@/components/formats";

import classes from "./agreement.module.css";

/** How many prompts have how much agreement. */
export function SharesChart({ shares }: { shares: AgreementReport["shares"] }) {
  const most = Math.max(1, ...shares.map(({ num_prompts: count }) => count));
  return (
    <ol className={classes.shares} aria-label="Prompts by their agreement">
      {shares.map(({ low, num_prompts: count }) => {
        const from = Math.round(low * 100);
        return (
          <li key={low} title={`${from} to ${from + 10}%: ${countOf(count, "prompt")}`}>
            <span className={classes.shareCount}>{formatCount(count)}</span>
            <span className={classes.shareBar} style={{ height: `${(count / most) * 6}rem` }} />
            <span className={classes.shareLabel}>{from}</span>
          </li>
        );
      })}
    </ol>
  );
}
