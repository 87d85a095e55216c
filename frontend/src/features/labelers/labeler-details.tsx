import { Button } from "@mantine/core";
import type { ReactNode } from "react";

import type { FactWords, LabelerQualityReport, LabelerWork, WorkFact } from "@/api/research-types";
import { POOL_WORDS } from "@/api/words";
import { countOf } from "@/components/formats";
import { IntervalMark } from "@/components/interval-mark";
import { Section } from "@/components/section";

import { CountedLink } from "./counted-link";
import { expectedText, factOf, intervalOf, markText, rangeText, scaleOf, sizeText, valueText, writingOf } from "./facts";
import { LabelerFlags } from "./labeler-flags";
import classes from "./labelers.module.css";
import type { Filters } from "./quality-query";

/** Why there is no value, and what there is so far. */
function Undefined({ fact, children }: { fact: WorkFact; children: ReactNode }) {
  return (
    <>
      <p className={classes.reason}>Not defined: {fact.reason_undefined}</p>
      {fact.num_counted > 0 && <p className={classes.small}>{children}</p>}
    </>
  );
}

/** One fact with its interval, its size and its definition, beside that of all together. */
function FactTile({
  words,
  work,
  report,
  filters,
}: {
  words: FactWords;
  work: LabelerWork;
  report: LabelerQualityReport;
  filters: Filters;
}) {
  const fact = factOf(work, words.key);
  if (fact === undefined) return null;
  const interval = intervalOf(fact);
  const all = intervalOf(factOf(report.everybody, words.key));
  const allText = valueText(words.unit, all?.value ?? null);
  const marked = markText(fact);
  const counted = (
    <CountedLink words={words} fact={fact} who={work.labeler} filters={filters}>
      {sizeText(words, fact)}
    </CountedLink>
  );
  const notes = [
    rangeText(words.unit, fact) ?? (fact.reason_no_interval && `No interval: ${fact.reason_no_interval}`),
    expectedText(words.unit, fact),
    marked && `Stands out: ${marked}`,
  ].filter(Boolean);
  return (
    <article className={classes.tile} aria-label={words.label}>
      <h3>{words.label}</h3>
      {interval === null ? (
        <Undefined fact={fact}>{counted}</Undefined>
      ) : (
        <>
          <p className={classes.value}>{valueText(words.unit, interval.value)}</p>
          <p className={classes.small}>
            {counted}
            {allText !== null && `; all together ${allText}`}
          </p>
          <div className={classes.mark}>
            <IntervalMark
              interval={interval}
              range={scaleOf(words.unit, [interval, all])}
              references={all === null ? [] : [{ value: all.value, label: "all together" }]}
              writing={writingOf(words.unit)}
              label={words.label}
            />
          </div>
          {notes.map((note) => (
            <p key={note} className={classes.small}>
              {note}
            </p>
          ))}
        </>
      )}
      <p className={classes.definition}>{words.definition}</p>
    </article>
  );
}

/** Everything that is known about how one labeler works. */
export function LabelerDetails({
  work,
  report,
  filters,
  onClose,
}: {
  work: LabelerWork;
  report: LabelerQualityReport;
  filters: Filters;
  onClose: () => void;
}) {
  const { display_name: name, pool, is_active: isActive } = work.labeler;
  const note = [
    `${POOL_WORDS[pool]} labeler`,
    countOf(work.num_answered, "answer"),
    `${countOf(work.num_skipped, "task")} skipped`,
    isActive ? null : "account closed",
  ];
  return (
    <div id="labeler-details">
      <Section
        title={name}
        note={note.filter((part) => part !== null).join(" · ")}
        actions={
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
        }
      >
        <div className={classes.tiles}>
          {report.facts.map((words) => (
            <FactTile key={words.key} words={words} work={work} report={report} filters={filters} />
          ))}
        </div>
        <LabelerFlags labelerId={work.labeler.id} filters={filters} />
      </Section>
    </div>
  );
}
