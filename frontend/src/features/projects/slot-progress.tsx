import type { Project } from "@/api/research-types";
import { countOf, formatCount } from "@/components/formats";
import { ProgressLine } from "@/components/progress-line";

/** How many of a project's places for answers are filled. */
export function SlotProgress({ project }: { project: Project }) {
  const { num_slots: slots, num_submitted: submitted, num_open: open } = project;
  if (slots === 0) return <>no tasks yet</>;
  const inWork = slots - submitted - open;
  return (
    <ProgressLine
      share={submitted / slots}
      label={`Answers of ${project.name}`}
      words={`${formatCount(submitted)} of ${countOf(slots, "answer")}`}
      more={inWork > 0 ? `${formatCount(inWork)} in work` : undefined}
      isQuiet={project.state === "paused"}
    />
  );
}
