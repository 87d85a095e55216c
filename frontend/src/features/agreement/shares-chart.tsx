import { Link } from "react-router";

import type { AgreementReport } from "@/api/research-types";
import { countOf, formatCount } from "@/components/formats";

import classes from "./agreement.module.css";

function behind(search: string, low: number): string {
  const query = new URLSearchParams(search);
  query.set("tenth", String(Math.round(low * 10)));
  return `/agreement/contested?${query.toString()}`;
}

/** How many prompts have how much agreement. */
export function SharesChart({
  shares,
  search,
}: {
  shares: AgreementReport["shares"];
  /** The filters of the page, which those of the prompts behind a bar are too. */
  search: string;
}) {
  const most = Math.max(1, ...shares.map(({ num_prompts: count }) => count));
  return (
    <ol className={classes.shares} aria-label="Prompts by their agreement">
      {shares.map(({ low, num_prompts: count }) => {
        const from = Math.round(low * 100);
        return (
          <li key={low} title={`${from} to ${from + 10}%: ${countOf(count, "prompt")}`}>
            <Link
              className={classes.shareCount}
              to={behind(search, low)}
              aria-label={`${from} to ${from + 10}%: ${countOf(count, "prompt")}`}
            >
              {formatCount(count)}
            </Link>
            <span className={classes.shareBar} style={{ height: `${(count / most) * 6}rem` }} />
            <span className={classes.shareLabel}>{from}</span>
          </li>
        );
      })}
    </ol>
  );
}
