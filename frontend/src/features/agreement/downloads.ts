import type {
  AgreementFigure,
  Figure,
  FlagAgreement,
  LabelerAgreement,
  LabelersTogether,
  PoolAgreement,
} from "@/api/research-types";
import { POOL_WORDS } from "@/api/words";
import type { FigureCell, FiguresOfChart } from "@/components/chart";

/** What a file says of a figure; the columns of one among several begin with its name. */
function columnsOf(name: string): string[] {
  return [name, `${name}: 95% low`, `${name}: 95% high`, `${name}: n`, `${name}: prompts`, `${name}: missing because`];
}

function cellsOf(figure: Figure): FigureCell[] {
  const { value, low, high, num_pairs: n, num_prompts: prompts } = figure;
  return [value, low, high, n, prompts, figure.reason_undefined ?? figure.reason_no_interval ?? ""];
}

/** Every tile. */
export function figuresFile(figures: AgreementFigure[]): FiguresOfChart {
  return {
    columns: ["Name", ...columnsOf("Figure"), "Chance", "n counts", "Definition"],
    rows: figures.map((figure) => [
      figure.label,
      ...cellsOf(figure),
      figure.chance,
      figure.counted,
      figure.definition,
    ]),
  };
}

export function poolsFile(pools: PoolAgreement[]): FiguresOfChart {
  return {
    columns: ["Pool", "Name", ...columnsOf("Figure"), "Chance"],
    rows: pools.flatMap(({ pool, figures }) =>
      figures.map((figure) => [POOL_WORDS[pool], figure.label, ...cellsOf(figure), figure.chance]),
    ),
  };
}

export function labelersFile(labelers: LabelerAgreement[]): FiguresOfChart {
  return {
    columns: ["Labeler", "Pool", "Rankings", ...columnsOf("Agreement"), ...columnsOf("Ties")],
    rows: labelers.map(({ labeler, num_rankings: count, agreement, tie_share: ties }) => [
      labeler.display_name,
      POOL_WORDS[labeler.pool],
      count,
      ...cellsOf(agreement),
      ...cellsOf(ties),
    ]),
  };
}

function couplesFile(
  together: LabelersTogether[],
  name: string,
  pick: (couple: LabelersTogether) => Figure,
): FiguresOfChart {
  return {
    columns: ["Labeler", "And", ...columnsOf(name)],
    rows: together.map((couple) => [couple.a.display_name, couple.b.display_name, ...cellsOf(pick(couple))]),
  };
}

/** A row for every two labelers who met: what a matrix shows twice. */
export function matrixFile(together: LabelersTogether[]): FiguresOfChart {
  return couplesFile(together, "Agreement", ({ agreement }) => agreement);
}

export function kappasFile(together: LabelersTogether[]): FiguresOfChart {
  return couplesFile(together, "Kappa", ({ kappa }) => kappa);
}

export function flagsFile(flags: FlagAgreement[]): FiguresOfChart {
  return {
    columns: ["Flag", ...columnsOf("Said yes"), ...columnsOf("AC1"), ...columnsOf("Alpha")],
    rows: flags.map(({ label, prevalence, ac1, alpha }) => [
      label,
      ...cellsOf(prevalence),
      ...cellsOf(ac1),
      ...cellsOf(alpha),
    ]),
  };
}
