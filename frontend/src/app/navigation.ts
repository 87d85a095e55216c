import { matchPath } from "react-router";

import { isAtLeast } from "@/api/session";
import type { Role } from "@/api/types";
import type { common } from "@/i18n/english/common";

/** Folded into one entry for those who have more pages than a line holds. */
export type NavigationGroup = "own" | "figures" | "people";

export interface NavigationItem {
  name: keyof typeof common.navigation;
  path: string;
  /** Pages that are reached through this one and stand at addresses of their own. */
  also?: string[];
  /** The least role that sees it. */
  role: Role;
  group?: NavigationGroup;
}

export const navigation: NavigationItem[] = [
  { name: "label", path: "/label", role: "labeler", group: "own" },
  { name: "history", path: "/history", role: "labeler", group: "own" },
  { name: "drafts", path: "/drafts", role: "labeler", group: "own" },
  { name: "returns", path: "/returns", role: "labeler", group: "own" },
  { name: "writePrompts", path: "/write-prompts", role: "labeler", group: "own" },
  { name: "questions", path: "/questions", role: "labeler" },
  { name: "prompts", path: "/prompts", role: "researcher" },
  { name: "projects", path: "/projects", also: ["/rankings"], role: "researcher" },
  { name: "reviews", path: "/reviews", role: "researcher" },
  { name: "agreement", path: "/agreement", role: "researcher", group: "figures" },
  { name: "winRates", path: "/win-rates", role: "researcher", group: "figures" },
  { name: "bias", path: "/bias", role: "researcher", group: "figures" },
  { name: "costs", path: "/data/costs", role: "researcher", group: "figures" },
  { name: "evaluations", path: "/evaluations", role: "researcher" },
  { name: "data", path: "/data", role: "researcher" },
  { name: "runs", path: "/runs", also: ["/rounds", "/sweeps"], role: "researcher" },
  { name: "models", path: "/models", role: "researcher" },
  { name: "people", path: "/people", role: "researcher", group: "people" },
  { name: "labelers", path: "/labelers", role: "researcher", group: "people" },
  { name: "screenings", path: "/screenings", also: ["/candidates"], role: "researcher", group: "people" },
  { name: "surveys", path: "/surveys", role: "labeler", group: "people" },
  { name: "consent", path: "/consent/versions", role: "researcher", group: "people" },
  { name: "audit", path: "/audit", role: "admin", group: "people" },
];

/** The entry of the page at this address: the nearest one, where one lies below another. */
export function itemAt(items: readonly NavigationItem[], pathname: string): NavigationItem | undefined {
  return items
    .flatMap((item) => [item.path, ...(item.also ?? [])].map((path) => ({ item, path })))
    .filter(({ path }) => matchPath({ path, end: false }, pathname))
    .sort((a, b) => b.path.length - a.path.length)[0]?.item;
}

export function itemsFor(role: Role): NavigationItem[] {
  return navigation.filter((item) => isAtLeast(role, item.role));
}
