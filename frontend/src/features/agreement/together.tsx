import type { AgreementReport } from "@/api/research-types";
import { CsvButton } from "@/components/csv-button";
import { NoFigure } from "@/components/no-figure";
import { Section } from "@/components/section";

import type { Filters } from "./agreement-query";
import { kappasFile, matrixFile } from "./downloads";
import { LabelersMatrix } from "./labelers-matrix";
import { KappasTable } from "./labelers-table";

const AGREEMENT = "Of every two of the twenty busiest labelers, ties dropped";
const KAPPA = "Cohen's kappa of every two of the twenty busiest labelers, a tie being an answer.";
const NEVER_MET = "No two of the busiest labelers have judged the same pair of completions.";

/** Every two labelers: how often they agree, and how far beyond chance. */
export function Together({
  together,
  method,
  filters,
}: {
  together: AgreementReport["together"];
  /** How intervals are made. */
  method: string;
  filters: Filters;
}) {
  const haveMet = together.length > 0;
  return (
    <>
      <Section
        title="Who agrees with whom"
        note={`${AGREEMENT}, over the 95% interval in percent, the pairs that both ordered and their prompts. The stronger the tint, the more agreement beyond chance; grey: fewer than 20 shared prompts. Fewer than 20 shared pairs make no figure.`}
        actions={
          haveMet && (
            <CsvButton
              title="Agreement of every two labelers"
              definition={`${AGREEMENT}. ${method}`}
              figures={matrixFile(together)}
            />
          )
        }
      >
        {haveMet ? <LabelersMatrix together={together} filters={filters} /> : <NoFigure reason={NEVER_MET} />}
      </Section>
      <Section
        title="Cohen's kappa"
        note={KAPPA}
        actions={
          haveMet && (
            <CsvButton
              title="Cohen's kappa of every two labelers"
              definition={`${KAPPA} ${method}`}
              figures={kappasFile(together)}
            />
          )
        }
      >
        {haveMet ? <KappasTable together={together} filters={filters} /> : <NoFigure reason={NEVER_MET} />}
      </Section>
    </>
  );
}
