import { Button, Group } from "@mantine/core";
import { useState } from "react";

import type { Person } from "@/api/research-types";
import { isAtLeast, useSignedInUser } from "@/api/session";
import { POOL_WORDS, ROLE_WORDS } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { formatCount } from "@/components/formats";
import { Moment } from "@/components/moment";
import { ToneBadge } from "@/components/tone-badge";

import { ChangePerson } from "./change-person";
import classes from "./people.module.css";
import { SignInLink } from "./sign-in-link";

function State({ person }: { person: Person }) {
  if (person.is_simulated) return <ToneBadge tone="neutral" label="Simulated" />;
  return person.is_active ? (
    <ToneBadge tone="good" icon="done" label="Active" />
  ) : (
    <ToneBadge tone="neutral" icon="lock" label="Locked out" />
  );
}

const COLUMNS: Column<Person>[] = [
  {
    key: "name",
    header: "Person",
    isRowHeader: true,
    cell: (person) => (
      <>
        {person.display_name}
        <div className={classes.email}>{person.email}</div>
      </>
    ),
  },
  { key: "role", header: "Role", cell: ({ role }) => ROLE_WORDS[role] },
  { key: "pool", header: "Pool", cell: ({ pool }) => POOL_WORDS[pool] },
  { key: "state", header: "State", cell: (person) => <State person={person} /> },
  {
    key: "profile",
    header: "Languages and skills",
    cell: ({ languages, skills }) => [...languages, ...skills].join(", "),
  },
  {
    key: "rankings",
    header: "Rankings",
    align: "end",
    cell: ({ num_rankings: count }) => formatCount(count),
  },
  {
    key: "seen",
    header: "Last sign-in",
    cell: ({ last_login: at }) => (at ? <Moment at={at} /> : "never"),
  },
];

type Open = { what: "change" | "link"; person: Person } | null;

/** The accounts, with what an admin may do about each. */
export function PeopleTable({ people }: { people: Person[] }) {
  const isAdmin = isAtLeast(useSignedInUser().role, "admin");
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const actions: Column<Person> = {
    key: "actions",
    header: "",
    cell: (person) => (
      <Group gap="xs" wrap="nowrap">
        <Button
          variant="default"
          size="compact-sm"
          aria-label={`Change ${person.display_name}`}
          onClick={() => setOpen({ what: "change", person })}
        >
          Change
        </Button>
        {person.is_active && !person.is_simulated && (
          <Button
            variant="default"
            size="compact-sm"
            aria-label={`Sign-in link for ${person.display_name}`}
            onClick={() => setOpen({ what: "link", person })}
          >
            Sign-in link
          </Button>
        )}
      </Group>
    ),
  };
  return (
    <>
      <DataTable
        caption="People"
        columns={isAdmin ? [...COLUMNS, actions] : COLUMNS}
        rows={people}
        rowKey={({ id }) => id}
      />
      <ChangePerson person={open?.what === "change" ? open.person : null} onClose={close} />
      <SignInLink person={open?.what === "link" ? open.person : null} onClose={close} />
    </>
  );
}
