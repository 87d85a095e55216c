import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { modelVersionsQuery } from "@/api/model-versions";
import { completionSourcesQuery } from "@/api/projects";
import type { Overview } from "@/api/research-types";
import { snapshotsQuery } from "@/api/snapshots";
import { Section } from "@/components/section";

import classes from "./home.module.css";
import { loopSteps } from "./loop-steps";

/** The loop as a row of steps, each with what there is of it and the way there. */
export function LoopRow({ overview }: { overview?: Overview }) {
  const snapshots = useQuery(snapshotsQuery);
  const models = useQuery(modelVersionsQuery);
  const sources = useQuery(completionSourcesQuery);
  const steps = loopSteps({
    overview,
    snapshots: snapshots.data,
    models: models.data,
    sources: sources.data,
  });
  return (
    <Section title="The loop" note="Each turn asks people about what the last turn's model wrote.">
      <ol className={classes.loop}>
        {steps.map(({ name, amount, to }) => (
          <li key={name}>
            <Link to={to} className={classes.step}>
              <span className={classes.name}>{name}</span>
              <span className={classes.amount}>{amount ?? "…"}</span>
            </Link>
          </li>
        ))}
      </ol>
    </Section>
  );
}
