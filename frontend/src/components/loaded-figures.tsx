import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { sentenceFor } from "@/api/errors";

import { Banner } from "./banner";
import { Loaded } from "./loaded";
import classes from "./loaded-figures.module.css";

type Query<Data> = Pick<UseQueryResult<Data>, "data" | "error" | "isError" | "isPlaceholderData"> & {
  refetch: () => Promise<unknown>;
};

type Failing = Pick<UseQueryResult, "data" | "error" | "isError">;

/** Whether two parts of a page would say the same of what went wrong. */
export function failAlike(one: Failing, other: Failing): boolean {
  const areKnown = [one, other].map(({ data }) => data !== undefined);
  return (
    one.isError &&
    other.isError &&
    areKnown[0] === areKnown[1] &&
    sentenceFor(one.error) === sentenceFor(other.error)
  );
}

/**
 * What was asked for under the filters of a page. It stays, dimmed, while other filters are
 * answered; where it could not be brought up to date, that is said and what was there is kept.
 */
export function LoadedFigures<Data>({
  query,
  skeleton,
  isSaidAbove = false,
  children,
}: {
  query: Query<Data>;
  skeleton: ReactNode;
  /** Whether another part of the page says already what went wrong. */
  isSaidAbove?: boolean;
  children: (data: Data) => ReactNode;
}) {
  const { t } = useTranslation("common");
  if (isSaidAbove && query.data === undefined) return null;
  return (
    <Loaded query={query} skeleton={skeleton}>
      {(data) => (
        <>
          {query.isError && !isSaidAbove && (
            <Banner tone="caution">
              {t("problem.notRenewed")} {sentenceFor(query.error)}
            </Banner>
          )}
          <div
            className={query.isPlaceholderData ? classes.waiting : undefined}
            aria-busy={query.isPlaceholderData}
          >
            {children(data)}
          </div>
        </>
      )}
    </Loaded>
  );
}
