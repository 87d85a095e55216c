import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { modelVersionsQuery } from "@/api/model-versions";
import { isAtLeast, useSignedInUser } from "@/api/session";
import type { ModelKind, ModelVersion } from "@/api/training-types";
import { MODEL_KIND_WORDS, STAGE_WORDS, VERSION_STAGE_WORDS } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { FilterSelect } from "@/components/filter-select";
import { formatBytes } from "@/components/formats";
import { Hash } from "@/components/hash";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { PageHeader } from "@/components/page-header";
import { Section } from "@/components/section";
import { TableSkeleton } from "@/components/table-skeleton";
import { ToneBadge } from "@/components/tone-badge";
import { Toolbar } from "@/components/toolbar";
import { useAddressFilters } from "@/components/use-address-filters";

import { headlineOf } from "./headline";
import { RegisterModel } from "./register-model";

// In the order of the road: what the next stage needs stands above it.
const KINDS: ModelKind[] = ["policy", "reward_model", "sft", "base"];
// Those of no stage and those that nobody should take any more follow as they come.
const FIRST: ModelVersion["stage"][] = ["candidate", "staging", "current"];
const TITLES: Record<ModelKind, string> = {
  policy: "Policies",
  reward_model: "Reward models",
  sft: "Supervised models",
  base: "Base models",
};
const NOTES: Record<ModelKind, string> = {
  policy: "Trained by PPO against a reward model.",
  reward_model: "Score completions the way labelers order them.",
  sft: "Imitate demonstrations.",
  base: "Registered from outside, with their own licence.",
};

const COLUMNS: Column<ModelVersion>[] = [
  {
    key: "name",
    header: "Model",
    isRowHeader: true,
    width: "30%",
    cell: ({ id, name }) => <Link to={`/models/${id}`}>{name}</Link>,
  },
  {
    key: "stage",
    header: "Stage",
    isOneLine: true,
    width: "12%",
    cell: ({ stage }) => (stage === null ? null : <ToneBadge {...VERSION_STAGE_WORDS[stage]} />),
  },
  {
    key: "from",
    header: "Made by",
    width: "14%",
    cell: ({ run, source }) =>
      run ? <Link to={`/runs/${run.id}`}>{STAGE_WORDS[run.stage]} run</Link> : source,
  },
  {
    key: "figure",
    header: "Figure",
    width: "17%",
    cell: headlineOf,
  },
  { key: "licence", header: "Licence", width: "10%", cell: ({ licence }) => licence },
  {
    key: "size",
    header: "Size",
    align: "end",
    isOneLine: true,
    width: "7%",
    cell: ({ bytes }) => formatBytes(bytes),
  },
  { key: "hash", header: "Hash", cell: ({ sha256 }) => <Hash value={sha256} /> },
  { key: "at", header: "Made", cell: ({ created_at: at }) => <Moment at={at} /> },
];

/** What others should take stands first, then what is on its way there; the rest stays as it is. */
function byStage(models: ModelVersion[]): ModelVersion[] {
  return [...models].sort((a, b) => FIRST.indexOf(b.stage) - FIRST.indexOf(a.stage));
}

function Registry({ models }: { models: ModelVersion[] }) {
  return KINDS.map((kind) => {
    const rows = byStage(models.filter((model) => model.kind === kind));
    if (rows.length === 0) return null;
    return (
      <Section key={kind} title={TITLES[kind]} note={NOTES[kind]}>
        <DataTable
          caption={TITLES[kind]}
          columns={COLUMNS}
          rows={rows}
          rowKey={({ id }) => id}
        />
      </Section>
    );
  });
}

/** Every set of weights that is known here, by what it is for. */
export function ModelsPage() {
  const [{ kind }, setFilter] = useAddressFilters(["kind"]);
  const [isRegistering, { open, close }] = useDisclosure(false);
  const models = useQuery(modelVersionsQuery);
  const canRegister = isAtLeast(useSignedInUser().role, "admin");
  const register = canRegister && (
    <Button variant="default" onClick={open}>
      Register a model
    </Button>
  );

  return (
    <>
      <PageHeader title="Models" actions={register}>
        Each version keeps the run, the data and the parents it came from.
      </PageHeader>
      <RegisterModel isOpen={isRegistering} onClose={close} />
      <Toolbar label="Filter the models">
        <FilterSelect
          label="Kind"
          all="All kinds"
          choices={KINDS.map((value) => ({ value, label: MODEL_KIND_WORDS[value] }))}
          value={kind}
          onChange={(value) => setFilter("kind", value)}
        />
      </Toolbar>
      <Loaded query={models} skeleton={<TableSkeleton />}>
        {(rows) => {
          const shown = rows.filter((row) => kind === "" || row.kind === kind);
          if (shown.length > 0) return <Registry models={shown} />;
          return (
            <EmptyNote title={kind === "" ? "No model is known yet" : "No model of this kind yet"} actions={register}>
              A base model comes from a folder on the server; the others are made by runs.
            </EmptyNote>
          );
        }}
      </Loaded>
    </>
  );
}
