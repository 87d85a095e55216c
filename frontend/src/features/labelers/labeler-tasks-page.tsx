import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import { everyInstructionVersionQuery } from "@/api/instructions";
import type { CountedTask } from "@/api/research-types";
import { numberIn } from "@/api/scope";
import { POOL_WORDS } from "@/api/words";
import type { Column } from "@/components/data-table";
import { ExcerptLink } from "@/components/excerpt-link";
import { formatMeasure } from "@/components/formats";
import { projectColumn, withinProject } from "@/components/known-columns";
import { Moment } from "@/components/moment";
import { RowsPage } from "@/components/rows-page";
import { useAddressFilters } from "@/components/use-address-filters";

import { LabelersFilters } from "./labelers-filters";
import { FILTERS, tasksQuery } from "./quality-query";

/** Why a task was skipped, with what the labeler said about it. */
function Skipped({ task: { part, skip_reason: reason, skip_comment: comment } }: { task: CountedTask }) {
  if (part === 0) return "No";
  return comment ? `${reason ?? "Yes"}: ${comment}` : (reason ?? "Yes");
}

const SKIPS = {
  title: "Tasks answered or skipped",
  lead: "The last opened first. Those that were skipped, over all, are the figure.",
  column: { key: "part", header: "Skipped", cell: (task) => <Skipped task={task} /> } as Column<CountedTask>,
};

const MINUTES = {
  title: "Answers with a time",
  lead: "Sealed rankings and demonstrations whose time was measured, the last opened first. The median of their minutes is the figure.",
  column: {
    key: "part",
    header: "Active minutes",
    align: "end",
    cell: ({ part }) => formatMeasure(part),
  } as Column<CountedTask>,
};

function columnsOf(own: Column<CountedTask>): Column<CountedTask>[] {
  return [
    {
      key: "prompt",
      header: "Prompt",
      isRowHeader: true,
      cell: ({ ranking, prompt_id: prompt, excerpt }) => (
        <ExcerptLink to={ranking === null ? `/prompts/${prompt}` : `/rankings/${ranking}`}>{excerpt}</ExcerptLink>
      ),
    },
    own,
    { key: "labeler", header: "Labeler", cell: ({ labeler }) => labeler.display_name },
    { key: "pool", header: "Pool", isOneLine: true, cell: ({ labeler }) => POOL_WORDS[labeler.pool] },
    projectColumn(),
    { key: "at", header: "Opened", isOneLine: true, cell: ({ opened_at: at }) => <Moment at={at} /> },
  ];
}

/** The rows behind a fact that counts tasks: skips, and active minutes of whatever was answered. */
export function LabelerTasksPage() {
  const [filters, setFilter] = useAddressFilters([...FILTERS, "figure", "labeler"]);
  const tasks = useInfiniteQuery(tasksQuery(filters));
  const projectId = numberIn(filters.project);
  const versions = useQuery({ ...everyInstructionVersionQuery(projectId ?? 0), enabled: projectId !== undefined });
  const { title, lead, column } = filters.figure === "median_active_minutes" ? MINUTES : SKIPS;
  const name = tasks.data?.[0]?.labeler.display_name ?? `Labeler ${filters.labeler}`;
  return (
    <RowsPage
      title={title}
      lead={lead}
      back={{ to: "/labelers", label: "Labelers" }}
      filters={
        <LabelersFilters
          filters={filters}
          versions={versions.data ?? []}
          // A version belongs to its project.
          onFilter={(key, value) => setFilter(key, value, key === "project" ? ["instructions"] : [])}
          chips={
            filters.labeler === ""
              ? []
              : [{ key: "labeler", words: name, onRemove: () => setFilter("labeler", "") }]
          }
        />
      }
      query={tasks}
      caption="Tasks"
      columns={withinProject(columnsOf(column), filters.project)}
      rowKey={({ id }) => id}
      empty={{ title: "No task is behind this figure", remedy: "Choose other filters." }}
    />
  );
}
