import { Link } from "react-router";

import type { Lineage } from "@/api/training-types";
import { countOf, formatDate } from "@/components/formats";

import { labelsInWords } from "./labels-in-words";
import classes from "./lineage.module.css";

/** How many human labels stand behind a version, whose and when; the first of them by link. */
export function LabelsBehind({ labels }: { labels: Lineage["labels"] }) {
  const shown = labels.ranking_ids;
  return (
    <div className={classes.behind}>
      <p className={classes.labels}>{labelsInWords(labels, formatDate)}</p>
      {shown.length > 0 && (
        <details>
          <summary>
            {shown.length < labels.num_rankings
              ? `The first ${countOf(shown.length, "ranking")}`
              : countOf(shown.length, "ranking")}
          </summary>
          <ul className={classes.rankings}>
            {shown.map((id) => (
              <li key={id}>
                <Link to={`/rankings/${id}`}>{id.slice(0, 8)}</Link>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
