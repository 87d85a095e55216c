import { Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { stagesQuery } from "@/api/runs";
import type { Run, StageDescription } from "@/api/training-types";
import { shortRevision } from "@/api/words";
import { Facts } from "@/components/facts";
import { formatShare } from "@/components/formats";
import { Hash } from "@/components/hash";
import { Section } from "@/components/section";

import { orderOfNames, textOf } from "./hyperparameter-form";
import { roleWords } from "./launch-choices";
import classes from "./run-page.module.css";
import { placeOf } from "./run-reads";

const MADE_WITHOUT_WEIGHTS: Partial<Record<Run["stage"], string>> = {
  sampling: "Completions, filed under the model",
  scoring: "Rewards, filed under the completions",
  generalisation: "No weights: the report is the result",
};

/** What part of all completions the policy in this role writes (R85). */
function shareOf(weights: Record<string, number>, role: string): number {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  return (weights[role] ?? 0) / total;
}

/** What the run read and what it left behind. */
export function RunInputs({ run }: { run: Run }) {
  const made = run.output_model_version;
  return (
    <Section title="Inputs and output" isSheet>
      <dl className={classes.inputs}>
        {Object.entries(run.inputs).map(([role, input]) => (
          <div key={role}>
            <dt>{roleWords(run.stage, role).label}</dt>
            <dd>
              <Anchor component={Link} to={placeOf(role, input.id)}>
                {input.name}
              </Anchor>{" "}
              <Hash value={input.sha256} />
              {role in run.weights && (
                <span className={classes.quiet}> writes {formatShare(shareOf(run.weights, role), 0)}</span>
              )}
            </dd>
          </div>
        ))}
        <div>
          <dt>Output</dt>
          <dd>
            {made ? (
              <Anchor component={Link} to={`/models/${made.id}`}>
                {made.name}
              </Anchor>
            ) : (
              <span className={classes.quiet}>
                {run.state === "failed" || run.state === "cancelled"
                  ? "None"
                  : (MADE_WITHOUT_WEIGHTS[run.stage] ?? "None yet")}
              </span>
            )}
          </dd>
        </div>
      </dl>
    </Section>
  );
}

/** What the run ends with, by the titles that its stage gives. */
export function evaluationsInWords({ evaluations }: Run, stage?: StageDescription): string {
  const titles = new Map(stage?.evaluations.map(({ name, title }) => [name, title]));
  return evaluations.map((name) => titles.get(name) ?? name).join(", ") || "none";
}

/** Everything that decides the result, exactly as it was requested. */
export function RunSpecification({ run }: { run: Run }) {
  const stages = useQuery(stagesQuery);
  const changed = new Set(run.changed);
  const stage = stages.data?.find((described) => described.stage === run.stage);
  const names = orderOfNames(Object.keys(run.hyperparameters), changed, stage);
  return (
    <Section
      title="Specification"
      note={changed.size === 0 ? "Every hyperparameter stands at its default." : undefined}
      isSheet
    >
      <Facts
        facts={[
          { name: "Seed", value: run.seed },
          { name: "Automatic evaluations", value: evaluationsInWords(run, stage) },
          { name: "Code revision", value: <code>{shortRevision(run.code_revision)}</code> },
          { name: "SHA-256 of the specification", value: <Hash value={run.spec_sha256} canCopy /> },
          { name: "Run id", value: <code>{run.id}</code> },
        ]}
      />
      <dl className={classes.spec} style={{ marginTop: "1.25rem" }}>
        {names.map((name) => (
          <div key={name} className={changed.has(name) ? classes.changed : undefined}>
            <dt>{name}</dt>
            <dd>{textOf(run.hyperparameters[name] ?? "")}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
