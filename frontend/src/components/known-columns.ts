import type { Column } from "./data-table";

/** Without the project's column where one project is chosen: every row would say its name again. */
export function withinProject<Row>(columns: Column<Row>[], project: string): Column<Row>[] {
  return project === "" ? columns : columns.filter(({ key }) => key !== "project");
}
