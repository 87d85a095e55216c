import { Button } from "@mantine/core";

import { countOf } from "@/components/formats";
import { LinkButton } from "@/components/link-button";

import classes from "./compare-page.module.css";
import { MAX_COMPARED } from "./compared-runs";

function wordsFor(num: number): string {
  if (num === 1) return `One run is marked; mark one to ${MAX_COMPARED - 1} more to compare them.`;
  return `${countOf(num, "run")} ${num === MAX_COMPARED ? "marked, as many as can be compared" : "marked"}.`;
}

/** The runs that are marked for a comparison, and the way to it. */
export function CompareBar({ ids, onClear }: { ids: string[]; onClear: () => void }) {
  if (ids.length === 0) return null;
  return (
    <div className={classes.bar} role="region" aria-label="Comparison">
      <span>{wordsFor(ids.length)}</span>
      <Button variant="default" onClick={onClear}>
        Unmark
      </Button>
      {ids.length > 1 && <LinkButton to={`/runs/compare?ids=${ids.join(",")}`}>Compare</LinkButton>}
    </div>
  );
}
