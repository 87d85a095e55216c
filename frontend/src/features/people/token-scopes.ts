import type { TokenScope } from "@/api/research-types";

export const SCOPE_WORDS: Record<TokenScope, { label: string; help: string }> = {
  label: { label: "Label", help: "Take tasks and submit answers." },
  read: { label: "Read", help: "Read everything your role shows you." },
  manage: { label: "Manage", help: "Change whatever your role lets you change." },
};

export function isScope(value: string): value is TokenScope {
  return value in SCOPE_WORDS;
}
