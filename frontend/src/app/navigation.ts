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
  { label: "Agreement", path: "/agreement", role: "researcher" },
  { label: "Data", path: "/data", role: "researcher" },
  { label: "Runs", path: "/runs", role: "researcher" },
  { label: "Models", path: "/models", role: "researcher" },
];
