import type { PanelColumn } from "./panel-chart";
import type { ChartPanel } from "./panel-scale";

/** Why figures are not there, as sentences. */
export interface MissingReasons {
  /** What holds in every panel, such as that a run failed: it is said once. */
  everywhere: string[];
  /** By panel: what holds in it alone. */
  byPanel: string[][];
}

function sentences(reasons: [label: string, reason: string][], begin: string): string[] {
  const labels = new Map<string, string[]>();
  for (const [label, reason] of reasons) labels.set(reason, [...(labels.get(reason) ?? []), label]);
  return [...labels].map(([reason, at]) => `${begin} ${at.join(", ")}: ${reason}.`);
}

function reasonIn({ figures }: ChartPanel, place: number): string {
  const figure = figures[place];
  return figure?.value === null ? figure.reason : "";
}

export function missingReasons(panels: ChartPanel[], columns: PanelColumn[]): MissingReasons {
  const shared = columns.map((_, place) => {
    const [first = "", ...others] = panels.map((panel) => reasonIn(panel, place));
    return others.length > 0 && others.every((reason) => reason === first) ? first : "";
  });
  const named = (reasons: string[]) =>
    reasons.flatMap((reason, place): [string, string][] =>
      reason === "" ? [] : [[columns[place]?.label ?? "", reason]],
    );
  return {
    everywhere: sentences(named(shared), "No figure at"),
    byPanel: panels.map((panel) =>
      sentences(
        named(shared.map((reason, place) => (reason === "" ? reasonIn(panel, place) : ""))),
        "Not defined at",
      ),
    ),
  };
}
