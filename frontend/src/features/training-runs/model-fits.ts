import type { ModelVersion, Snapshot, StageDescription, StageInput } from "@/api/training-types";
import { formatCount } from "@/components/formats";

import { choicesFor, missingFor } from "./launch-choices";
import type { InputChoice, Missing } from "./launch-choices";

/** What a role is offered beside what the others hold. */
export interface Offer {
  choices: InputChoice[];
  /** Of the right kind, but they do not work together with the writer; each label says why. */
  unfit: { id: string; label: string }[];
  /** The chosen model whose text this role reads token by token, if it reads any. */
  writer: ModelVersion | undefined;
  /** Why nothing can be chosen, and where to get what is missing. */
  missing: Missing | null;
}

/** Whether they read each other's tokens; of a folder that does not say, its trainer finds out. */
export function shareTokens(one: ModelVersion, other: ModelVersion): boolean {
  const sums = [one.vocabulary_sha256, other.vocabulary_sha256];
  return sums.includes("") || sums[0] === sums[1];
}

/** Why a reader does not fit, as the end of its name in a list: how many tokens it reads. */
function unfitLabel(reader: ModelVersion, writer: ModelVersion): string {
  const own = formatCount(reader.vocabulary_size ?? 0);
  if (reader.vocabulary_size === writer.vocabulary_size) return `${reader.name} (${own} other tokens)`;
  return `${reader.name} (${own} tokens, not ${formatCount(writer.vocabulary_size ?? 0)})`;
}

export function offerFor(
  input: StageInput,
  models: ModelVersion[],
  snapshots: Snapshot[],
  inputs: Record<string, string>,
): Offer {
  const every = choicesFor(input, models, snapshots);
  const writer = models.find(({ id }) => id === inputs[input.reads_tokens_of]);
  const strange = writer ? models.filter((model) => !shareTokens(model, writer)) : [];
  const isStrange = (id: string) => strange.some((model) => model.id === id);
  const choices = every.filter(({ id }) => !isStrange(id));
  const unfit = strange.filter(({ id }) => every.some((choice) => choice.id === id));
  return {
    choices,
    unfit: writer ? unfit.map((model) => ({ id: model.id, label: unfitLabel(model, writer) })) : [],
    writer,
    missing: missingOf(input, choices, unfit.length, writer),
  };
}

function missingOf(
  input: StageInput,
  choices: InputChoice[],
  numUnfit: number,
  writer: ModelVersion | undefined,
): Missing | null {
  if (choices.length > 0) return null;
  if (!writer || numUnfit === 0) return missingFor(input);
  return {
    sentence: `No reward model reads the tokens of ${writer.name} yet.`,
    to: `/runs/new?stage=reward_model&model=${writer.id}`,
    action: "Train one from it",
  };
}

/** The other ends of what a role is bound to by its tokens: whom it reads, and who reads it. */
function boundTo(stage: StageDescription, role: string): string[] {
  return stage.inputs.flatMap((input) => {
    if (input.reads_tokens_of === "") return [];
    if (input.role === role) return [input.reads_tokens_of];
    return input.reads_tokens_of === role ? [input.role] : [];
  });
}

/** The first choice of every role: what the address names, otherwise what the stage prefers of what
 * works together with the choices made before. */
export function firstChoices(
  stage: StageDescription,
  models: ModelVersion[],
  snapshots: Snapshot[],
  wanted: readonly string[],
): Record<string, string> {
  const chosen: Record<string, string> = {};
  const left = new Set(wanted);
  for (const input of stage.inputs) {
    const named = choicesFor(input, models, snapshots).find(({ id }) => left.has(id));
    if (!named) continue;
    chosen[input.role] = named.id;
    left.delete(named.id);
  }
  for (const input of stage.inputs.filter(({ role, required }) => required && !chosen[role])) {
    const others = models.filter(({ id }) =>
      boundTo(stage, input.role).some((role) => chosen[role] === id),
    );
    const first = choicesFor(input, models, snapshots).find(({ id }) => {
      const model = models.find((candidate) => candidate.id === id);
      return !model || others.every((other) => shareTokens(model, other));
    });
    if (first) chosen[input.role] = first.id;
  }
  return chosen;
}
