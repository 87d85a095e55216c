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
];
