import { Link } from "react-router";

import type { AgreementReport, LabelersTogether } from "@/api/research-types";
import { countOf, formatCount, formatShare } from "@/components/formats";
import { NoFigure } from "@/components/no-figure";
import { NumbersWithoutInterval } from "@/components/not-defined";

import type { Filters } from "./agreement-query";
import classes from "./agreement.module.css";
import { rowsAddress } from "./rows-address";

// Over fewer prompts of which both ordered a pair the figure says little, and stands in grey.
const FEW_PROMPTS = 20;

type Person = LabelersTogether["a"];

/** In the order of the list above, those who met anybody. */
function peopleOf(together: LabelersTogether[]): Person[] {
  const found = new Map<number, Person>();
  for (const { a, b } of together) {
    found.set(a.id, a);
    found.set(b.id, b);
  }
  return [...found.values()].sort((one, other) => one.display_name.localeCompare(other.display_name));
}

function toneOf(value: number): React.CSSProperties {
  // From chance to full agreement; at or below chance nothing is tinted.
  const strength = Math.max(0, Math.min(1, (value - 0.5) * 2));
  return { background: `color-mix(in srgb, var(--accent) ${Math.round(strength * 45)}%, var(--surface))` };
}

function Cell({ couple, filters }: { couple: LabelersTogether | undefined; filters: Filters }) {
  if (!couple) return <td className={classes.unmet}>never met</td>;
  const { agreement, a, b } = couple;
  const to = rowsAddress(filters, { labeler: a.id, with: b.id });
  if (agreement.value === null) {
    return (
      <td className={classes.unmet}>
        <Link to={to} aria-label={`${formatCount(agreement.num_pairs)} shared: rankings of ${a.display_name} and ${b.display_name}`}>
          {formatCount(agreement.num_pairs)} shared
        </Link>
      </td>
    );
  }
  const { low, high } = agreement;
  const ends = low === null || high === null ? "no interval" : `${(low * 100).toFixed(0)} to ${(high * 100).toFixed(0)}`;
  return (
    <td
      className={agreement.num_prompts < FEW_PROMPTS ? classes.few : undefined}
      style={agreement.num_prompts < FEW_PROMPTS ? undefined : toneOf(agreement.value)}
    >
      <b>
        <Link to={to} aria-label={`${formatShare(agreement.value, 0)}, rankings of ${a.display_name} and ${b.display_name}`}>
          {formatShare(agreement.value, 0)}
        </Link>
      </b>
      <span>{ends}</span>
      <span>n = {formatCount(agreement.num_pairs)}</span>
      <span>{countOf(agreement.num_prompts, "prompt")}</span>
    </td>
  );
}

/** Why cells have no figure: a cell is too narrow to say it. */
function Undefined({ together }: { together: LabelersTogether[] }) {
  const missing = together.filter(({ agreement }) => agreement.value === null);
  if (missing.length === 0) return null;
  return (
    <details className={classes.small}>
      <summary>{countOf(missing.length, "cell")} not defined</summary>
      <ul>
        {missing.map(({ a, b, agreement }) => (
          <li key={`${a.id} ${b.id}`}>
            {a.display_name} and {b.display_name}: <NoFigure reason={agreement.reason_undefined} />
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Who agrees with whom: a stronger tint is more agreement than chance. */
export function LabelersMatrix({
  together,
  filters,
}: {
  together: AgreementReport["together"];
  filters: Filters;
}) {
  const people = peopleOf(together);
  const of = new Map(together.map((couple) => [`${couple.a.id} ${couple.b.id}`, couple]));
  const coupleOf = (one: Person, other: Person) =>
    of.get(`${one.id} ${other.id}`) ?? of.get(`${other.id} ${one.id}`);
  return (
    <>
      {/* Scrollable by keyboard as well; the landmark is the section around it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={classes.matrixFrame} tabIndex={0} role="group" aria-label="Agreement of every two labelers">
        <table className={classes.matrix}>
          <caption className={classes.hidden}>Agreement of every two labelers, ties dropped</caption>
          <thead>
            <tr>
              <td />
              {people.map((person) => (
                <th key={person.id} scope="col">
                  <span>{person.display_name}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {people.map((row) => (
              <tr key={row.id}>
                <th scope="row">{row.display_name}</th>
                {people.map((column) =>
                  column.id === row.id ? (
                    <td key={column.id} className={classes.self} aria-hidden="true" />
                  ) : (
                    <Cell key={column.id} couple={coupleOf(row, column)} filters={filters} />
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <NumbersWithoutInterval
        title="Who agrees with whom"
        figures={together.map(({ agreement }) => agreement)}
        of="cell"
      />
      <Undefined together={together} />
    </>
  );
}
