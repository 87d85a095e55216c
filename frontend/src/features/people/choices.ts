import type { Role } from "@/api/types";
import { choicesOf, POOL_WORDS, ROLE_WORDS } from "@/api/words";

export const ROLES = choicesOf(ROLE_WORDS);
export const POOLS = choicesOf(POOL_WORDS);

export function isRole(value: string): value is Role {
  return value in ROLE_WORDS;
}
