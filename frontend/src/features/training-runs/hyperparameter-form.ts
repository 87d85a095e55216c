import type {
  HyperparameterField,
  HyperparameterValue,
  Preset,
  Stage,
  StageDescription,
} from "@/api/training-types";

/** What is typed into the fields that were touched, by name; untouched fields keep their default. */
export type Typed = Record<string, string>;
export type Reading = { value: HyperparameterValue } | { problem: string };

/** A value as a person would type it: 9e-6, not 0.000009. */
export function textOf(value: HyperparameterValue): string {
  if (typeof value !== "number") return String(value);
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-3) return value.toExponential().replace("e-0", "e-");
  return String(value);
}

function rangeProblem(field: HyperparameterField, value: number): string | null {
  if (field.minimum !== null && value < field.minimum) return `At least ${textOf(field.minimum)}.`;
  if (field.maximum !== null && value > field.maximum) return `At most ${textOf(field.maximum)}.`;
  return null;
}

function readNumber(field: HyperparameterField, text: string): Reading {
  const cleaned = text.trim().replaceAll(/[\s_]|,(?=\d{3}(\D|$))/g, "");
  const value = Number(cleaned);
  if (cleaned === "" || !Number.isFinite(value)) return { problem: "A number is needed." };
  if (field.kind === "int" && !Number.isInteger(value)) return { problem: "A whole number is needed." };
  const problem = rangeProblem(field, value);
  return problem ? { problem } : { value };
}

/** What a field's text means, or why it cannot be used. */
export function readField(field: HyperparameterField, text: string): Reading {
  switch (field.kind) {
    case "int":
    case "float":
      return readNumber(field, text);
    case "bool":
      return { value: text === "true" };
    case "choice":
      return field.choices.includes(text) ? { value: text } : { problem: "Choose one of the list." };
    case "text":
      return { value: text };
  }
}

/** Whether a field now says something else than its default; unreadable text counts as changed. */
export function isChanged(field: HyperparameterField, typed: Typed): boolean {
  const text = typed[field.name];
  if (text === undefined) return false;
  const reading = readField(field, text);
  return !("value" in reading) || reading.value !== field.default;
}

/** Only what differs from the defaults: that is all a request carries. */
export function overridesOf(
  fields: HyperparameterField[],
  typed: Typed,
): Record<string, HyperparameterValue> {
  const overrides: Record<string, HyperparameterValue> = {};
  for (const field of fields) {
    const text = typed[field.name];
    if (text === undefined) continue;
    const reading = readField(field, text);
    if ("value" in reading && reading.value !== field.default) overrides[field.name] = reading.value;
  }
  return overrides;
}

/** The fields as a preset fills them: nothing of what was typed before stays. */
export function typedBy(preset: Preset): Typed {
  return Object.fromEntries(
    Object.entries(preset.hyperparameters).map(([name, value]) => [name, textOf(value)]),
  );
}

/** The preset that the fields stand for as they are; undefined once anything else is typed. */
export function presetOf(
  presets: Preset[],
  fields: HyperparameterField[],
  typed: Typed,
): Preset | undefined {
  if (Object.keys(problemsOf(fields, typed)).length > 0) return undefined;
  const current = new Map(Object.entries(overridesOf(fields, typed)));
  return presets.find(({ hyperparameters }) => {
    const wanted = Object.entries(hyperparameters);
    return wanted.length === current.size && wanted.every(([name, value]) => current.get(name) === value);
  });
}

/** The fields that cannot be used as typed, with why. */
export function problemsOf(fields: HyperparameterField[], typed: Typed): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const field of fields) {
    const text = typed[field.name];
    if (text === undefined) continue;
    const reading = readField(field, text);
    if ("problem" in reading) problems[field.name] = reading.problem;
  }
  return problems;
}

/** What was changed first, then the order in which the stage declares its hyperparameters. */
export function orderOfNames(
  names: string[],
  changed: ReadonlySet<string>,
  stage: StageDescription | undefined,
): string[] {
  const declared = stage?.hyperparameters.map(({ name }) => name) ?? [];
  const place = (name: string) => (declared.includes(name) ? declared.indexOf(name) : declared.length);
  return [...names].sort(
    (a, b) => Number(changed.has(b)) - Number(changed.has(a)) || place(a) - place(b),
  );
}

function numberIn(fields: HyperparameterField[], typed: Typed, name: string): number | null {
  const field = fields.find((candidate) => candidate.name === name);
  if (!field) return null;
  const reading = readField(field, typed[name] ?? textOf(field.default));
  return "value" in reading && typeof reading.value === "number" ? reading.value : null;
}

/** How long a PPO run is in the paper's own units (R69); null for other stages or odd values. */
export function ppoLength(
  stage: Stage,
  fields: HyperparameterField[],
  typed: Typed,
): { iterations: number; updates: number } | null {
  if (stage !== "ppo") return null;
  const read = (name: string) => numberIn(fields, typed, name);
  const [episodes, batch, minibatch] = [read("episodes"), read("batch_size"), read("minibatch_size")];
  const innerEpochs = read("inner_epochs") ?? 1;
  if (!episodes || !batch || !minibatch) return null;
  if (episodes % batch !== 0 || batch % minibatch !== 0) return null;
  const iterations = episodes / batch;
  return { iterations, updates: iterations * innerEpochs * (batch / minibatch) };
}
