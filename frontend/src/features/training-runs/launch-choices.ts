import type {
  HyperparameterValue,
  ModelVersion,
  PromptQuery,
  RunRequest,
  Snapshot,
  Stage,
  StageDescription,
  StageInput,
} from "@/api/training-types";
import { MODEL_KIND_WORDS, SNAPSHOT_KIND_WORDS } from "@/api/words";

export interface InputChoice {
  id: string;
  name: string;
  kind: string;
}

/** What a role of a stage can be filled with, the kind it prefers first, newest first within it. */
export function choicesFor(
  input: StageInput,
  models: ModelVersion[],
  snapshots: Snapshot[],
): InputChoice[] {
  const candidates: InputChoice[] = input.kind === "model_version" ? models : snapshots;
  return input.accepts.flatMap((kind) => candidates.filter((candidate) => candidate.kind === kind));
}

// How the roles read; the sentence under each says what it is for.
const ROLES: Record<string, { label: string; help: string }> = {
  base_model: { label: "Start from", help: "The weights that training begins with." },
  demonstrations: {
    label: "Demonstrations",
    help: "What labelers wrote, frozen.",
  },
  rankings: { label: "Rankings", help: "What labelers preferred, frozen." },
  pretraining: { label: "Pretraining text", help: "Mixed in so that general skill is kept." },
  policy: { label: "Policy", help: "Trained from here; also the reference for the KL term." },
  reward_model: { label: "Reward model", help: "Scores every answer and starts the value network." },
  prompts: { label: "Prompts", help: "What the policy is asked." },
  model: { label: "Model", help: "Writes the completions." },
  completions: { label: "Completions", help: "What is scored, all of a prompt side by side." },
  evaluation_reward_model: {
    label: "Second reward model",
    help: "Judges the answers; the run does not learn from it.",
  },
  evaluation_baseline: {
    label: "Baseline",
    help: "Whose answers are compared with, as the supervised model's.",
  },
};
const CHOOSER = "Chooses the epoch to keep: the one whose answers it scores highest.";
const SCORER = "Scores every completion.";
const REWARD_MODEL_DEMONSTRATIONS = "Centre the scores: their mean becomes zero on these.";

const FURTHER_POLICY = /^model_(\d)$/;

/** The roles of a sampling run that hold a policy, in order (R85). */
export function policiesOf(inputs: Record<string, string>): string[] {
  return Object.keys(inputs)
    .filter((role) => inputs[role] && (role === "model" || FURTHER_POLICY.test(role)))
    .sort();
}

const FOR_EVALUATIONS = /^evaluation_/;

/** Whether only automatic evaluations read it. */
export function isForEvaluations({ role }: StageInput): boolean {
  return FOR_EVALUATIONS.test(role);
}

/** The inputs that the chosen automatic evaluations read and nothing else does. */
export function evaluationInputs(stage: StageDescription, evaluations: string[]): StageInput[] {
  const chosen = stage.evaluations.filter(({ name }) => evaluations.includes(name));
  const needed = new Set(chosen.flatMap(({ needs }) => needs));
  return stage.inputs.filter((input) => isForEvaluations(input) && needed.has(input.role));
}

/** The choices to send: what only unchosen evaluations would read stays behind. */
export function inputsRead(
  stage: StageDescription,
  inputs: Record<string, string>,
  evaluations: string[],
): Record<string, string> {
  const read = new Set(evaluationInputs(stage, evaluations).map(({ role }) => role));
  return Object.fromEntries(
    Object.entries(inputs).filter(([role]) => !FOR_EVALUATIONS.test(role) || read.has(role)),
  );
}

/** The inputs to show: of the further policies those chosen, and one more to choose. */
export function shownInputs(stage: StageDescription, inputs: Record<string, string>): StageInput[] {
  let isNext = Boolean(inputs.model);
  return stage.inputs.filter(({ role }) => {
    if (FOR_EVALUATIONS.test(role)) return false;
    if (!FURTHER_POLICY.test(role) || inputs[role]) return true;
    const isShown = isNext;
    isNext = false;
    return isShown;
  });
}

/** The weights as typed; undefined while all are empty, so that the server's defaults hold. */
export function weightsOf(
  inputs: Record<string, string>,
  typed: Record<string, string>,
): Record<string, number> | undefined {
  const roles = policiesOf(inputs).filter((role) => typed[role]?.trim());
  if (policiesOf(inputs).length < 2 || roles.length === 0) return undefined;
  return Object.fromEntries(roles.map((role) => [role, Number(typed[role])]));
}

/** What the weights lack before they can be sent, by role. */
export function weightProblems(
  inputs: Record<string, string>,
  typed: Record<string, string>,
): Record<string, string> {
  const weights = weightsOf(inputs, typed);
  if (!weights) return {};
  return Object.fromEntries(
    policiesOf(inputs)
      .filter((role) => !(Number.isFinite(weights[role]) && Number(weights[role]) >= 0))
      .map((role) => [role, "A number from 0 on is needed."]),
  );
}

export function roleWords(stage: Stage, role: string): { label: string; help: string } {
  const number = FURTHER_POLICY.exec(role)?.[1];
  if (number) {
    return { label: `Policy ${number}`, help: "Writes a share of every prompt's completions." };
  }
  const words = ROLES[role] ?? { label: role.replaceAll("_", " "), help: "" };
  if (stage === "reward_model" && role === "demonstrations") {
    return { ...words, help: REWARD_MODEL_DEMONSTRATIONS };
  }
  if (stage === "sft" && role === "reward_model") return { ...words, help: CHOOSER };
  if (stage === "scoring" && role === "reward_model") return { ...words, help: SCORER };
  return words;
}

function kindWords(kind: string): string {
  const words: Record<string, string> = { ...MODEL_KIND_WORDS };
  return (words[kind] ?? kind).toLowerCase();
}

export interface Missing {
  sentence: string;
  to: string;
  action: string;
}

/** Why nothing fits a role, and where to get what is missing. */
export function missingFor(input: StageInput): Missing {
  if (input.kind === "snapshot") {
    const kind = input.accepts[0] ?? "";
    const words: Record<string, string> = SNAPSHOT_KIND_WORDS;
    return {
      sentence: `No snapshot of ${(words[kind] ?? kind).toLowerCase()} is frozen yet.`,
      to: `/data/new?kind=${kind}`,
      action: "Freeze one",
    };
  }
  if (input.accepts.includes("base")) {
    return {
      sentence: `There is no ${input.accepts.map(kindWords).join(" or ")} yet.`,
      to: "/models",
      action: "Register a model",
    };
  }
  const stage = input.accepts[0] === "reward_model" ? "reward_model" : "sft";
  return {
    sentence: `There is no ${input.accepts.map(kindWords).join(" or ")} yet.`,
    to: `/runs/new?stage=${stage}`,
    action: "Train one",
  };
}

/** Where the prompts of such a run come from: a frozen snapshot, or chosen by the server now. */
export type PromptsFrom = "query" | "snapshot";

/** The role that the server can fill by choosing prompts when the run is requested. */
export function queriedRole(stage: Stage): string | undefined {
  if (stage === "sampling") return "prompts";
  return stage === "scoring" ? "completions" : undefined;
}

/** The roles that still need a choice before the run can be requested. */
export function openRoles(
  stage: StageDescription,
  inputs: Record<string, string>,
  promptsFrom: PromptsFrom,
): string[] {
  return stage.inputs
    .filter(({ role, required }) => required && !inputs[role])
    .filter(({ role }) => !(role === queriedRole(stage.stage) && promptsFrom === "query"))
    .map(({ role }) => role);
}

/** A request that says what it changes, if anything. */
export type LaunchRequest = RunRequest & Required<Pick<RunRequest, "hyperparameters">>;

/** The request without what is empty: the server fills in what is left out. */
export function requestOf(parts: {
  stage: Stage;
  name: string;
  seed: string;
  inputs: Record<string, string>;
  hyperparameters: Record<string, HyperparameterValue>;
  weights?: Record<string, number> | undefined;
  promptQuery: PromptQuery | null;
  evaluations?: string[];
}): LaunchRequest {
  const inputs = Object.fromEntries(
    Object.entries(parts.inputs).filter(
      ([role, id]) => id !== "" && !(parts.promptQuery && role === queriedRole(parts.stage)),
    ),
  );
  const seed = Number(parts.seed.trim());
  return {
    stage: parts.stage,
    name: parts.name.trim(),
    inputs,
    hyperparameters: parts.hyperparameters,
    weights: parts.weights,
    seed: parts.seed.trim() === "" || !Number.isInteger(seed) ? undefined : seed,
    prompt_query: parts.promptQuery ?? undefined,
    evaluations: parts.evaluations?.length ? parts.evaluations : undefined,
  };
}
