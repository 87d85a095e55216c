import { NativeSelect } from "@mantine/core";

import type { FieldMessages } from "@/api/errors";
import type { Pool } from "@/api/research-types";
import type { Role } from "@/api/types";
import { isPool } from "@/api/words";

import { isRole, POOLS, ROLES } from "./choices";

export interface RoleAndPool {
  role: Role;
  pool: Pool;
}

/** What somebody may do, and whose judgments theirs are kept with. */
export function RolePoolFields({
  value,
  messages,
  onChange,
}: {
  value: RoleAndPool;
  messages: FieldMessages;
  onChange: (change: Partial<RoleAndPool>) => void;
}) {
  return (
    <>
      <NativeSelect
        label="Role"
        description="Researchers read every result. Admins change things and start runs."
        data={ROLES}
        value={value.role}
        error={messages.role?.join(" ")}
        onChange={(event) => {
          const { value: role } = event.currentTarget;
          if (isRole(role)) onChange({ role });
        }}
      />
      <NativeSelect
        label="Pool"
        description="Held-out labelers' rankings are never trained on; they check how well a model fits people it has not learned from."
        data={POOLS}
        value={value.pool}
        error={messages.pool?.join(" ")}
        onChange={(event) => {
          const { value: pool } = event.currentTarget;
          if (isPool(pool)) onChange({ pool });
        }}
      />
    </>
  );
}
