import type { Role } from "@/api/types";

export interface NavigationItem {
  label: string;
  path: string;
  /** The least role that sees it. */
  role: Role;
}

export const navigation: NavigationItem[] = [
  { label: "Label", path: "/label", role: "labeler" },
  { label: "My answers", path: "/history", role: "labeler" },
  { label: "My drafts", path: "/drafts", role: "labeler" },
  { label: "Returned", path: "/returns", role: "labeler" },
  { label: "Write prompts", path: "/write-prompts", role: "labeler" },
  { label: "Questions", path: "/questions", role: "labeler" },
  { label: "Prompts", path: "/prompts", role: "researcher" },
  { label: "Projects", path: "/projects", role: "researcher" },
  { label: "Review", path: "/reviews", role: "researcher" },
  { label: "Agreement", path: "/agreement", role: "researcher" },
  { label: "Labelers", path: "/labelers", role: "researcher" },
  { label: "Evaluations", path: "/evaluations", role: "researcher" },
  { label: "Data", path: "/data", role: "researcher" },
  { label: "Runs", path: "/runs", role: "researcher" },
  { label: "Models", path: "/models", role: "researcher" },
  { label: "People", path: "/people", role: "researcher" },
];
