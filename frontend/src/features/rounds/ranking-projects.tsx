import { useQuery } from "@tanstack/react-query";

import { projectsQuery } from "@/api/projects";
import { ChoiceList } from "@/components/choice-list";
import { countOf } from "@/components/formats";

import classes from "./rounds.module.css";

/** Whose rankings a reward model learns from: all projects, unless some are chosen (R86). */
export function RankingProjects({
  chosen,
  error,
  onChange,
}: {
  chosen: number[];
  error?: string | undefined;
  onChange: (chosen: number[]) => void;
}) {
  const projects = useQuery(projectsQuery).data ?? [];
  const fitting = projects.filter(({ kind, purpose }) => kind === "ranking" && purpose === "training");
  if (fitting.length === 0) {
    return <p className={classes.quiet}>No project collects rankings to train on yet.</p>;
  }
  return (
    <ChoiceList
      label="Projects whose rankings it learns from"
      description="None chosen takes the rankings of all projects."
      {...(error === undefined ? {} : { error })}
      choices={fitting.map(({ id, name, num_submitted }) => ({
        id,
        label: name,
        description: `${countOf(num_submitted, "answer")} submitted`,
      }))}
      chosen={chosen}
      onChange={onChange}
    />
  );
}

/** The names of chosen projects; their numbers while the names are on the way. */
export function ProjectNames({ ids }: { ids: number[] }) {
  const projects = useQuery(projectsQuery);
  const names = new Map(projects.data?.map(({ id, name }) => [id, name]));
  return <>{ids.map((id) => names.get(id) ?? `project ${String(id)}`).join("; ")}</>;
}
