import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import type { Question } from "@/api/types";
import { Loaded } from "@/components/loaded";
import { MoreButton } from "@/components/more-button";
import { TableSkeleton } from "@/components/table-skeleton";

import { QuestionCard } from "./question-card";
import { questionsQuery } from "./question-queries";
import type { QuestionFilters } from "./question-queries";
import classes from "./questions.module.css";

/** The questions that fit, page by page. */
export function QuestionList({
  label,
  filters,
  isProjectShown = false,
  empty,
  actionsOf,
}: {
  label: string;
  filters: QuestionFilters;
  isProjectShown?: boolean;
  empty: ReactNode;
  actionsOf?: (question: Question) => ReactNode;
}) {
  const questions = useInfiniteQuery(questionsQuery(filters));
  return (
    <Loaded query={questions} skeleton={<TableSkeleton numRows={4} />}>
      {(rows) =>
        rows.length === 0 ? (
          empty
        ) : (
          <>
            <ul className={classes.list} aria-label={label}>
              {rows.map((question) => (
                <QuestionCard key={question.id} question={question} isProjectShown={isProjectShown}>
                  {actionsOf?.(question)}
                </QuestionCard>
              ))}
            </ul>
            <MoreButton list={questions} />
          </>
        )
      }
    </Loaded>
  );
}
