import { queryOptions } from "@tanstack/react-query";

import { api, bodyOf } from "@/api/client";
import { ApiError } from "@/api/errors";
import { singleFigures } from "@/api/report";
import { isLive } from "@/api/runs";
import type { MetricsPoint, Run, StageDescription, StageMetric } from "@/api/training-types";
import { RUN_STATE_WORDS, shortRevision, stageInWords } from "@/api/words";
import type { Series } from "@/components/curves";
import { formatCount, formatMeasure } from "@/components/formats";

import { textOf } from "./hyperparameter-form";
import { roleWords } from "./launch-choices";
import { bandOf, curvesOf, spoken } from "./metric-groups";
import type { MetricChart } from "./metric-groups";

/** As many as a chart has colours. */
export const MAX_COMPARED = 4;

/** The runs that an address names, each once, no more than can be told apart. */
export function comparedIds(text: string): string[] {
  const ids = text.split(",").map((id) => id.trim());
  return [...new Set(ids)].filter((id) => id !== "").slice(0, MAX_COMPARED);
}

const LIVE_EVERY_MS = 2_000;

/** The runs themselves, in the order of their ids; one that is not there refuses all. */
export function comparedQuery(ids: string[]) {
  return queryOptions({
    queryKey: ["runs", "compared", ...ids],
    queryFn: ({ signal }) => bodyOf(api.GET("/api/runs/compare/", { params: { query: { ids } }, signal })),
    enabled: ids.length > 1,
    refetchInterval: (query) =>
      query.state.data?.some(({ state }) => isLive(state)) ? LIVE_EVERY_MS : false,
  });
}

/** What the server says of the ids that are none, and the others. */
export interface Strangers {
  sentences: string[];
  others: string[];
}

const PLACE = /^ids\.(\d+)$/;

/** Null where the error is about something else. */
export function strangersIn(error: unknown, ids: string[]): Strangers | null {
  if (!(error instanceof ApiError)) return null;
  const said = Object.entries(error.fields).filter(([field]) => PLACE.test(field));
  if (said.length === 0) return null;
  const places = new Set(said.map(([field]) => Number(PLACE.exec(field)?.[1])));
  return {
    sentences: said.flatMap(([, messages]) => messages),
    others: ids.filter((_, place) => !places.has(place)),
  };
}

/** With this run, or without it where it was there; a full comparison stays as it is. */
export function toggled(ids: string[], id: string): string[] {
  if (ids.includes(id)) return ids.filter((other) => other !== id);
  return ids.length < MAX_COMPARED ? [...ids, id] : ids;
}

/** What a run is called in charts and tables: names are long and may be the same. */
export function letterOf(place: number): string {
  return String.fromCharCode("A".charCodeAt(0) + place);
}

/** Who is who, for a file that leaves the page. */
export function runsByLetter(runs: Pick<Run, "name">[]): string {
  return runs.map(({ name }, place) => `${letterOf(place)}: ${name}.`).join(" ");
}

export interface ComparedRun {
  name: string;
  points: MetricsPoint[];
}

function seriesOf(metric: string, runs: ComparedRun[], curves: Map<string, Series>[]): Series[] {
  return runs.map(({ name }, index) => ({ name, points: curves[index]?.get(metric)?.points ?? [] }));
}

/** One chart per figure, a curve per run: only so can four runs be told apart. */
export function comparingCharts(runs: ComparedRun[], glossary: StageMetric[]): MetricChart[] {
  const curves = runs.map(({ points }) => curvesOf(points));
  const isLogged = (metric: string) => curves.some((logged) => logged.has(metric));
  const known = new Map(glossary.map((metric) => [metric.name, metric]));
  const explained = [...known.values()].filter(({ name, chart }) => chart !== "" && isLogged(name));
  const strangers = new Set(curves.flatMap((logged) => [...logged.keys()]).filter((name) => !known.has(name)));
  return [
    ...explained.map((metric) => ({
      title: metric.title,
      unit: metric.unit,
      series: seriesOf(metric.name, runs, curves),
      band: bandOf([metric]),
      metrics: [metric],
    })),
    ...[...strangers].map((name) => ({
      title: spoken(name),
      unit: "",
      series: seriesOf(name, runs, curves),
      band: null,
      metrics: [],
    })),
  ];
}

/** One thing that can be said of every run. */
export interface Compared {
  name: string;
  /** By run; empty where a run has no such thing. */
  values: string[];
  /** By run: whether it differs from its stage's default. */
  isChanged: boolean[];
  isDifferent: boolean;
}

function compared(name: string, values: string[], isChanged?: boolean[]): Compared {
  return {
    name,
    values,
    isChanged: isChanged ?? values.map(() => false),
    isDifferent: new Set(values).size > 1,
  };
}

function namesIn(trees: Record<string, unknown>[]): string[] {
  return [...new Set(trees.flatMap((tree) => Object.keys(tree)))];
}

/** In the order in which their stages describe them, and a run's page lists them. */
function hyperparametersOf(runs: Run[], described: StageDescription[]): string[] {
  const used = namesIn(runs.map(({ hyperparameters }) => hyperparameters));
  const known = described
    .filter(({ stage }) => runs.some((run) => run.stage === stage))
    .flatMap(({ hyperparameters }) => hyperparameters.map(({ name }) => name));
  return [...new Set([...known.filter((name) => used.includes(name)), ...used])];
}

/** Every hyperparameter of any of the runs, those that differ first. */
export function comparedHyperparameters(runs: Run[], described: StageDescription[]): Compared[] {
  const rows = hyperparametersOf(runs, described).map((name) =>
    compared(
      name,
      runs.map(({ hyperparameters }) => {
        const value = hyperparameters[name];
        return value === undefined ? "" : textOf(value);
      }),
      runs.map(({ changed }) => changed.includes(name)),
    ),
  );
  return [...rows.filter(({ isDifferent }) => isDifferent), ...rows.filter(({ isDifferent }) => !isDifferent)];
}

function inputName(run: Run, role: string): string {
  return run.inputs[role]?.name ?? "";
}

/** Who writes how much, where several policies write; empty elsewhere. */
function weightsOf({ weights, stage }: Run): string {
  const shares = Object.entries(weights);
  return shares.map(([role, weight]) => `${roleWords(stage, role).label}: ${weight}`).join(", ");
}

function stepsOf({ step, total_steps: total }: Run): string {
  return total === null ? formatCount(step) : `${formatCount(step)} of ${formatCount(total)}`;
}

/** What was trained on what, with what luck, by which code. */
export function comparedFacts(runs: Run[]): Compared[] {
  return [
    compared("Stage", runs.map(stageInWords)),
    compared("State", runs.map(({ state }) => RUN_STATE_WORDS[state].label)),
    compared("Steps", runs.map(stepsOf)),
    ...namesIn(runs.map(({ inputs }) => inputs)).map((role) => {
      const reader = runs.find(({ inputs }) => role in inputs) ?? runs[0];
      const name = reader ? roleWords(reader.stage, role).label : role;
      return compared(name, runs.map((run) => inputName(run, role)));
    }),
    ...[
      compared("Weights", runs.map(weightsOf)),
      compared("Automatic evaluations", runs.map(({ evaluations }) => evaluations.join(", "))),
    ].filter(({ values }) => values.some((value) => value !== "")),
    compared("Seed", runs.map(({ seed }) => String(seed))),
    compared("Code revision", runs.map(({ code_revision: code }) => shortRevision(code))),
  ];
}

function figureText(value: string | number | boolean | undefined): string {
  if (value === undefined) return "";
  return typeof value === "number" ? formatMeasure(value) : String(value);
}

/** Every single figure that any of the reports has. */
export function comparedFigures(runs: Run[]): Compared[] {
  const reports = runs.map(({ report }) =>
    Object.fromEntries(singleFigures(report).map(({ name, value }) => [name, value])),
  );
  return namesIn(reports).map((name) =>
    compared(name, reports.map((report) => figureText(report[name]))),
  );
}
