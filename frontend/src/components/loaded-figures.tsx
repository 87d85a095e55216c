import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { sentenceFor } from "@/api/errors";

import { Banner } from "./banner";
import { Loaded } from "./loaded";
import classes from "./loaded-figures.module.css";

type Query<Data> = Pick<
  UseQueryResult<Data>,
  "data" | "error" | "isError" | "isPlaceholderData" | "refetch"
>;

/**
 * What was asked for under the filters of a page. It stays, dimmed, while other filters are
 * answered; where it could not be brought up to date, that is said and what was there is kept.
 */
export function LoadedFigures<Data>({
  query,
  skeleton,
  children,
}: {
  query: Query<Data>;
  skeleton: ReactNode;
  children: (data: Data) => ReactNode;
}) {
  const { t } = useTranslation("common");
  return (
    <Loaded query={query} skeleton={skeleton}>
      {(data) => (
        <>
          {query.isError && (
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
