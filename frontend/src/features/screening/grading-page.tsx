import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";

import type { DemonstrationToGrade } from "@/api/screening-types";
import { EmptyNote } from "@/components/empty-note";
import { countOf } from "@/components/formats";
import { Loaded } from "@/components/loaded";
import { MarkdownText } from "@/components/markdown-text";
import { MoreButton } from "@/components/more-button";
import { PageHeader } from "@/components/page-header";
import { ProblemNote } from "@/components/problem-note";
import { ReadText } from "@/components/read-text";

import { demonstrationsToGradeQuery, useGrade } from "./screening-queries";
import classes from "./screening.module.css";

const GRADES = [1, 2, 3, 4, 5, 6, 7];

function Writing({
  demonstration,
  number,
  screeningId,
}: {
  demonstration: DemonstrationToGrade;
  number: number;
  screeningId: number;
}) {
  const grade = useGrade(screeningId);
  const { id, prompt, text, my_grade: mine, num_grades: count } = demonstration;
  const shown = grade.isPending ? grade.variables.grade : mine;
  return (
    <article className={classes.writing} aria-label={`Answer ${number}`}>
      <div className={classes.prompt}>
        <h3>Prompt</h3>
        <ReadText text={prompt} />
      </div>
      <div>
        <h3>Answer</h3>
        <MarkdownText text={text} />
      </div>
      {grade.isError && <ProblemNote error={grade.error} title="This grade was not stored" />}
      <fieldset className={classes.grades}>
        <legend>Your grade: 1 is worst, 7 is best</legend>
        {GRADES.map((value) => (
          <button
            key={value}
            type="button"
            aria-pressed={shown === value}
            onClick={() => grade.mutate({ id, grade: value })}
          >
            {value}
          </button>
        ))}
      </fieldset>
      <p className={classes.quiet}>{countOf(count, "grade")} in all</p>
    </article>
  );
}

/** What candidates wrote, in an order of chance, without who wrote it. */
export function GradingPage() {
  const screeningId = Number(useParams().screeningId);
  const demonstrations = useInfiniteQuery(demonstrationsToGradeQuery(screeningId));
  return (
    <div className={classes.reading}>
      <p className={classes.where}>
        <Link to={`/screenings/${screeningId}`}>The screening and its candidates</Link>
      </p>
      <PageHeader title="Grade demonstrations">
        Every answer for itself: whose it is, is shown nowhere. The mean of all graders counts.
      </PageHeader>
      <Loaded query={demonstrations}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote title="There is nothing to grade">
              Answers appear here when a candidate hands in, and leave with the decision.
            </EmptyNote>
          ) : (
            <>
              {rows.map((row, index) => (
                <Writing key={row.id} demonstration={row} number={index + 1} screeningId={screeningId} />
              ))}
              <MoreButton list={demonstrations} />
            </>
          )
        }
      </Loaded>
    </div>
  );
}
