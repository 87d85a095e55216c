import type { Column } from "./data-table";
import { ExcerptLink } from "./excerpt-link";

/** Of which project a row is: the name on two lines at most, which leads to the project. */
export function projectColumn<Row extends { project: { id: number; name: string } }>(): Column<Row> {
  return {
    key: "project",
    header: "Project",
    width: "13rem",
    cell: ({ project }) => <ExcerptLink to={`/projects/${project.id}`}>{project.name}</ExcerptLink>,
  };
}

/** Without the project's column where one project is chosen: every row would say its name again. */
export function withinProject<Row>(columns: Column<Row>[], project: string): Column<Row>[] {
  return project === "" ? columns : columns.filter(({ key }) => key !== "project");
}
