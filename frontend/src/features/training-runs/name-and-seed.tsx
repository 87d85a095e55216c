import { TextInput } from "@mantine/core";

import { Section } from "@/components/section";

import classes from "./launch.module.css";

const MAX_SEED = 2 ** 32 - 1;

/** What is wrong with a seed as typed; an empty one is drawn by the server. */
export function seedProblem(seed: string): string | null {
  if (seed.trim() === "") return null;
  const value = Number(seed);
  return Number.isInteger(value) && value >= 0 && value <= MAX_SEED
    ? null
    : `A whole number from 0 to ${MAX_SEED}.`;
}

/** What a run is called and where its random numbers begin; both may be left to the server. */
export function NameAndSeed({
  name,
  seed,
  problems,
  onName,
  onSeed,
}: {
  name: string;
  seed: string;
  /** What the server says of them. */
  problems: { name: string | undefined; seed: string | undefined };
  onName: (name: string) => void;
  onSeed: (seed: string) => void;
}) {
  return (
    <Section title="Name and seed">
      <div className={classes.inputs}>
        <TextInput
          label="Name (optional)"
          description="Named after its stage otherwise."
          maxLength={160}
          error={problems.name}
          value={name}
          onChange={(event) => onName(event.currentTarget.value)}
        />
        <TextInput
          label="Seed (optional)"
          description="Drawn and stored otherwise."
          inputMode="numeric"
          value={seed}
          error={seedProblem(seed) ?? problems.seed}
          onChange={(event) => onSeed(event.currentTarget.value)}
        />
      </div>
    </Section>
  );
}
