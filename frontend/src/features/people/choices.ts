import type { Pool } from "@/api/research-types";
import type { Role } from "@/api/types";
import { POOL_WORDS, ROLE_WORDS } from "@/api/words";

export const ROLES = Object.entries(ROLE_WORDS).map(([value, label]) => ({ value, label }));
export const POOLS = Object.entries(POOL_WORDS).map(([value, label]) => ({ value, label }));

export function isRole(value: string): value is Role {
  return value in ROLE_WORDS;
}

export function isPool(value: string): value is Pool {
  return value in POOL_WORDS;
}
