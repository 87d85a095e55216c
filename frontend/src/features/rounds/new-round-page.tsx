import { Button, NativeSelect, NumberInput, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { SyntheticEvent } from "react";

import { ApiError } from "@/api/errors";
import { modelVersionsQuery } from "@/api/model-versions";
import { projectsQuery } from "@/api/projects";
import type { Project } from "@/api/research-types";
import { snapshotsQuery } from "@/api/snapshots";
import type { ModelVersion, RoundRequest, Snapshot } from "@/api/training-types";
import { Loaded } from "@/components/loaded";
import { PageHeader } from "@/components/page-header";
import { ProblemNote } from "@/components/problem-note";
import { Section } from "@/components/section";

import type { Choice, ProblemOf } from "./choices";
import { MixFields } from "./mix-fields";
import { PAPER_PTX_COEF, PPO_FIELDS, PpoFields, ppoProblem, ppoRequest } from "./ppo-fields";
import type { PpoData } from "./ppo-fields";
import { ALL_RANKINGS, RANKING_FIELDS, RankingFields, rankingRequest } from "./ranking-fields";
import type { RankingData } from "./ranking-fields";
import { ALONE, mixOf, mixProblem } from "./round-mix";
import type { Mix } from "./round-mix";
import { useOpenRound } from "./round-queries";
import { StepSettings } from "./step-settings";
import type { Settings } from "./step-settings";

const DEFAULT_PROMPTS = 100;
const DEFAULT_RANKINGS = 500;
const DEFAULT_K = 4;

interface Offer {
  policies: Choice[];
  projects: (Choice & { k: number })[];
  prompts: Choice[];
  texts: Choice[];
}

/** What a round can start from: supervised models first, then policies, then base models. */
function offerOf(models: ModelVersion[], projects: Project[], snapshots: Snapshot[]): Offer {
  const ofKind = (wanted: Snapshot["kind"]) =>
    snapshots.filter(({ kind }) => kind === wanted).map(({ id, name }) => ({ value: id, label: name }));
  const kinds: ModelVersion["kind"][] = ["sft", "policy", "base"];
  return {
    policies: kinds
      .flatMap((kind) => models.filter((model) => model.kind === kind))
      .map(({ id, name }) => ({ value: id, label: name })),
    projects: projects
      .filter(({ kind, purpose }) => kind === "ranking" && purpose === "training")
      .map(({ id, name, k }) => ({ value: String(id), label: name, k: k ?? DEFAULT_K })),
    prompts: ofKind("ppo"),
    texts: ofKind("pretrain"),
  };
}

/** What is still missing before a round can be opened; null when nothing is. */
function missingIn(offer: Offer): string | null {
  if (offer.policies.length === 0) return "There is no model that writes completions yet.";
  if (offer.projects.length === 0) return "There is no ranking project made for training yet.";
  if (offer.prompts.length === 0) return "There is no snapshot of prompts yet.";
  return null;
}

interface Draft {
  name: string;
  policy: string;
  mix: Mix;
  project: string;
  ppo: PpoData;
  rankings: RankingData;
  numPrompts: number | string;
  each: number | string;
}

function firstDraft({ policies, projects, prompts }: Offer): Draft {
  return {
    name: "",
    policy: policies[0]?.value ?? "",
    mix: ALONE,
    project: projects[0]?.value ?? "",
    ppo: { prompts: prompts[0]?.value ?? "", pretraining: "", ptxCoef: PAPER_PTX_COEF },
    rankings: ALL_RANKINGS,
    numPrompts: DEFAULT_PROMPTS,
    // As many as a task of the project shows.
    each: projects[0]?.k ?? DEFAULT_K,
  };
}

/** What the round starts from is none of the others any more. */
function withPolicy({ mix }: Draft, policy: string): Partial<Draft> {
  return { policy, mix: { ...mix, others: mix.others.filter((other) => other.policy !== policy) } };
}

function requestOf(draft: Draft, { automatic, minRankings }: Settings): RoundRequest {
  return {
    name: draft.name.trim(),
    policy: draft.policy,
    ...mixOf(draft.mix),
    project: Number(draft.project),
    ...ppoRequest(draft.ppo),
    ...rankingRequest(draft.rankings),
    num_prompts: Number(draft.numPrompts),
    completions_per_prompt: Number(draft.each),
    min_rankings: Number(minRankings),
    automatic,
  };
}

function problemsOf(error: unknown): ProblemOf {
  const fields = error instanceof ApiError ? error.fields : {};
  return (field) => fields[field]?.join(" ");
}

const FIELDS = [
  ...["name", "policy", "project", "num_prompts", "completions_per_prompt", "min_rankings"],
  ...PPO_FIELDS,
  ...RANKING_FIELDS,
];

/** The fields of the form that the server may name; each stands beside its field. */
function fieldsOf({ mix }: Draft): string[] {
  const places = mix.others.map((_, place) => place);
  return [
    ...FIELDS,
    ...places.flatMap((place) => [`other_policies.${place}`, `weights.${place + 1}`]),
    ...(places.length > 0 ? ["weights", "weights.0"] : []),
  ];
}

function Basis({
  offer,
  draft,
  problem,
  onChange,
}: {
  offer: Offer;
  draft: Draft;
  problem: ProblemOf;
  onChange: (change: Partial<Draft>) => void;
}) {
  return (
    <Stack gap="md">
      <TextInput
        label="Name"
        maxLength={140}
        value={draft.name}
        error={problem("name")}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <NativeSelect
        label="Policy"
        description="Writes completions; the reward model and PPO start from it."
        data={offer.policies}
        value={draft.policy}
        error={problem("policy")}
        onChange={(event) => onChange(withPolicy(draft, event.currentTarget.value))}
      />
      <MixFields
        mix={draft.mix}
        own={draft.policy}
        choices={offer.policies}
        problem={problem}
        onChange={(mix) => onChange({ mix })}
      />
      <NativeSelect
        label="Ranking project"
        description="Where its completions are ranked."
        data={offer.projects}
        value={draft.project}
        error={problem("project")}
        onChange={(event) => onChange({ project: event.currentTarget.value })}
      />
      <PpoFields
        data={draft.ppo}
        prompts={offer.prompts}
        texts={offer.texts}
        problem={problem}
        onChange={(change) => onChange({ ppo: { ...draft.ppo, ...change } })}
      />
      <NumberInput
        label="Prompts to answer"
        min={1}
        max={10_000}
        allowDecimal={false}
        value={draft.numPrompts}
        error={problem("num_prompts")}
        onChange={(numPrompts) => onChange({ numPrompts })}
      />
      <NumberInput
        label="Completions of each"
        min={1}
        max={64}
        allowDecimal={false}
        value={draft.each}
        error={problem("completions_per_prompt")}
        onChange={(each) => onChange({ each })}
      />
    </Stack>
  );
}

function RoundForm({ offer }: { offer: Offer }) {
  const [draft, setDraft] = useState(() => firstDraft(offer));
  const [settings, setSettings] = useState<Settings>({ automatic: [], minRankings: DEFAULT_RANKINGS });
  const open = useOpenRound();
  const problem = problemsOf(open.error);
  const missing =
    missingIn(offer) ??
    (draft.name.trim() === "" ? "A name is needed." : null) ??
    mixProblem(draft.mix) ??
    ppoProblem(draft.ppo);

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    open.mutate(requestOf(draft, settings));
  }

  return (
    <form onSubmit={submit} style={{ maxWidth: "40rem" }}>
      <Section title="What it starts from" isSheet>
        <Basis
          offer={offer}
          draft={draft}
          problem={problem}
          onChange={(change) => setDraft((before) => ({ ...before, ...change }))}
        />
      </Section>
      <Section title="What its reward model learns from" isSheet>
        <Stack gap="md">
          <RankingFields
            data={draft.rankings}
            ownProject={Number(draft.project)}
            problem={problem}
            onChange={(rankings) => setDraft((before) => ({ ...before, rankings }))}
          />
        </Stack>
      </Section>
      <Section title="How it goes on" isSheet>
        <StepSettings settings={settings} problem={problem("min_rankings")} onChange={setSettings} />
      </Section>
      {open.isError && <ProblemNote error={open.error} title="The round was not opened" shownFields={fieldsOf(draft)} />}
      <Button
        type="submit"
        mt="md"
        disabled={missing !== null}
        loading={open.isPending}
        aria-describedby={missing ? "round-missing" : undefined}
      >
        Open the round
      </Button>
      {missing && (
        <p id="round-missing" style={{ color: "var(--text-soft)" }}>
          {missing}
        </p>
      )}
    </form>
  );
}

/** Opens one turn of the loop: what it starts from, and which steps it takes by itself. */
export function NewRoundPage() {
  const models = useQuery(modelVersionsQuery);
  const projects = useQuery(projectsQuery);
  const snapshots = useQuery(snapshotsQuery);
  return (
    <>
      <PageHeader title="New round">
        Nothing begins when it is opened, unless sampling may begin by itself.
      </PageHeader>
      <Loaded query={models}>
        {(modelRows) => (
          <Loaded query={projects}>
            {(projectRows) => (
              <Loaded query={snapshots}>
                {(snapshotRows) => <RoundForm offer={offerOf(modelRows, projectRows, snapshotRows)} />}
              </Loaded>
            )}
          </Loaded>
        )}
      </Loaded>
    </>
  );
}
