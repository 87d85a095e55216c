import type { ReactNode } from "react";
import { Link } from "react-router";

import type { Filters } from "./agreement-query";
import { rowsAddress } from "./rows-address";
import type { RowsChoice } from "./rows-address";

/** Leads to the rankings behind something, under the same filters. */
export function RowsLink({
  filters,
  choice,
  children,
}: {
  filters: Filters;
  choice: RowsChoice;
  children: ReactNode;
}) {
  return <Link to={rowsAddress(filters, choice)}>{children}</Link>;
}
