import { UnstyledButton } from "@mantine/core";
import { Link } from "react-router";

import type { FactWords, LabelerQualityReport, LabelerWork, WorkFacts } from "@/api/research-types";
import { POOL_WORDS } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { Beside } from "@/components/figure-over";
import { formatCount } from "@/components/formats";
import { NoFigure } from "@/components/no-figure";
import { NotDefined } from "@/components/not-defined";

import { CountedLink } from "./counted-link";
import { endsText, factOf, markText, missingText, valueText } from "./facts";
import classes from "./labelers.module.css";
import type { Filters } from "./quality-query";
import { rankingsAddress } from "./rows-address";

interface Row {
  key: string;
  work: WorkFacts;
  /** Null for all together. */
  who: LabelerWork["labeler"] | null;
}

// What others say of the work first, then what it looks like; the rest is in a labeler's details.
const SHOWN: FactWords["key"][] = [
  "median_active_minutes",
  "agreement_with_others",
  "researcher_agreement",
  "gold_agreement",
  "calibration_agreement",
  "self_consistency",
  "leniency",
  "tie_share",
  "contradiction_share",
  "position_preference",
  "length_preference",
  "flag_share",
  "skip_rate",
];

function FactCell({ words, row: { work, who }, filters }: { words: FactWords; row: Row; filters: Filters }) {
  const fact = factOf(work, words.key);
  if (fact === undefined) return null;
  const value = valueText(words.unit, fact.value);
  const missing = missingText(fact);
  const size = (
    <span className={classes.size}>
      <CountedLink words={words} fact={fact} who={who} filters={filters}>
        {missing ?? `n = ${formatCount(fact.num_counted)}`}
      </CountedLink>
    </span>
  );
  // Of all together the list below the table says why.
  if (missing !== null || (value === null && who === null)) {
    return <span className={classes.missing}>not defined {size}</span>;
  }
  return (
    <div className={classes.fact}>
      <div>{value ?? <NoFigure reason={fact.reason_undefined} />}</div>
      {endsText(words.unit, fact) !== null && <span className={classes.size}>{endsText(words.unit, fact)}</span>}
      {size}
      {fact.mark !== null && <span className={classes.marked}>{markText(fact)}</span>}
    </div>
  );
}

/** How much somebody answered, and the rankings among it. */
function Answered({
  work,
  labelerId,
  filters,
}: {
  work: WorkFacts;
  labelerId: number | null;
  filters: Filters;
}) {
  const count = formatCount(work.num_answered);
  if (labelerId === null) return count;
  return <Link to={rankingsAddress(filters, labelerId)}>{count}</Link>;
}

function Name({
  row,
  isOpen,
  onOpen,
}: {
  row: Row;
  isOpen: boolean;
  onOpen: (labelerId: number) => void;
}) {
  const { who } = row;
  if (who === null) return <span className={classes.all}>All together</span>;
  return (
    <UnstyledButton
      className={classes.name}
      aria-expanded={isOpen}
      aria-controls="labeler-details"
      onClick={() => onOpen(who.id)}
    >
      {who.display_name}
    </UnstyledButton>
  );
}

/** One row per labeler, all together first; a name opens everything known about that labeler. */
export function LabelersTable({
  report,
  filters,
  opened,
  onOpen,
}: {
  report: LabelerQualityReport;
  filters: Filters;
  opened: number | null;
  onOpen: (labelerId: number) => void;
}) {
  const rows: Row[] = [
    { key: "all", work: report.everybody, who: null },
    ...report.labelers.map((work) => ({ key: String(work.labeler.id), work, who: work.labeler })),
  ];
  const facts = SHOWN.flatMap((key) => report.facts.find((words) => words.key === key) ?? []);
  const isKnown = ({ key }: FactWords) => rows.some(({ work }) => (factOf(work, key)?.value ?? null) !== null);
  const columns: Column<Row>[] = [
    {
      key: "who",
      header: "Labeler",
      isRowHeader: true,
      cell: (row) => (
        <>
          <Name row={row} isOpen={row.who !== null && row.who.id === opened} onOpen={onOpen} />
          {row.who !== null && <Beside>{POOL_WORDS[row.who.pool]}</Beside>}
        </>
      ),
    },
    {
      key: "answered",
      header: "Answered",
      align: "end",
      cell: ({ work, who }) => <Answered work={work} labelerId={who?.id ?? null} filters={filters} />,
    },
    ...facts.filter(isKnown).map(
      (words): Column<Row> => ({
        key: words.key,
        header: words.label,
        align: "end",
        isOneLine: true,
        cell: (row) => <FactCell words={words} row={row} filters={filters} />,
      }),
    ),
  ];
  // A column of nothing but reasons would push what is known out of sight, and one reason makes a row high.
  const missing = facts.flatMap((words) => {
    const figure = factOf(report.everybody, words.key);
    if (figure === undefined) return [];
    if (!isKnown(words)) return [{ name: words.label, figure }];
    return missingText(figure) === null ? [{ name: `${words.label}, all together`, figure }] : [];
  });
  return (
    <>
      <DataTable caption="How labelers work" columns={columns} rows={rows} rowKey={({ key }) => key} />
      <NotDefined title="How labelers work" figures={missing} />
    </>
  );
}
