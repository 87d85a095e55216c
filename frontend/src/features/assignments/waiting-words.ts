import type { TFunction } from "i18next";

import type { LabelingProject } from "@/api/types";

/** How many tasks of a project wait for the labeler; they are counted up to a limit. */
export function waitingWords(t: TFunction<"assignments">, project: LabelingProject): string {
  const count = project.num_waiting_for_me;
  if (project.has_more_waiting) return t("home.waitingMore", { count });
  return count === 0 ? t("home.waitingNone") : t("home.waiting", { count });
}
