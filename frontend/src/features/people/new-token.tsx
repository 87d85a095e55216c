import { Checkbox, Modal, NumberInput, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import type { SyntheticEvent } from "react";

import { ApiError } from "@/api/errors";
import type { NewApiToken } from "@/api/research-types";
import { DialogFoot } from "@/components/dialog-foot";
import { formatDate } from "@/components/formats";
import { OneTimeSecret } from "@/components/one-time-secret";
import { ProblemNote } from "@/components/problem-note";

import { useMakeToken } from "./people-queries";
import { isScope, SCOPE_WORDS } from "./token-scopes";

const SHOWN_FIELDS = ["name", "scopes", "expires_in_days"];
const MAX_DAYS = 365;
const NEW: NewApiToken = { name: "", scopes: ["read"], expires_in_days: 30 };

function TokenFields({
  token,
  error,
  onChange,
}: {
  token: NewApiToken;
  error: unknown;
  onChange: (part: Partial<NewApiToken>) => void;
}) {
  const messages = error instanceof ApiError ? error.fields : {};
  return (
    <>
      <TextInput
        label="Name"
        description="What will use it."
        maxLength={80}
        data-autofocus
        value={token.name}
        error={messages.name?.join(" ")}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <Checkbox.Group
        label="Scopes"
        value={token.scopes}
        error={messages.scopes?.join(" ")}
        onChange={(scopes) => onChange({ scopes: scopes.filter(isScope) })}
      >
        <Stack gap="xs" mt="xs">
          {Object.entries(SCOPE_WORDS).map(([scope, { label, help }]) => (
            <Checkbox key={scope} value={scope} label={label} description={help} />
          ))}
        </Stack>
      </Checkbox.Group>
      <NumberInput
        label="Days until it expires"
        min={1}
        max={MAX_DAYS}
        clampBehavior="strict"
        allowDecimal={false}
        value={token.expires_in_days}
        error={messages.expires_in_days?.join(" ")}
        onChange={(days) => onChange({ expires_in_days: Number(days) || 1 })}
      />
    </>
  );
}

function blockedBecause({ name, scopes }: NewApiToken): string | null {
  if (name.trim() === "") return "A name is needed.";
  return scopes.length === 0 ? "It has to be allowed something." : null;
}

function TokenForm({ onClose }: { onClose: () => void }) {
  const [token, setToken] = useState(NEW);
  const make = useMakeToken();

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    make.mutate({ ...token, name: token.name.trim() });
  }

  if (make.data) {
    return (
      <OneTimeSecret secret={make.data.token} copyLabel="Copy token" onDone={onClose}>
        Keep {make.data.name} where only your script reads it. It works until{" "}
        {formatDate(make.data.expires_at)} and is not shown again.
      </OneTimeSecret>
    );
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {make.isError && (
          <ProblemNote error={make.error} title="No token was made" shownFields={SHOWN_FIELDS} />
        )}
        <TokenFields
          token={token}
          error={make.error}
          onChange={(part) => setToken((before) => ({ ...before, ...part }))}
        />
        <DialogFoot
          action="Make the token"
          blocked={blockedBecause(token)}
          isPending={make.isPending}
          onLeave={onClose}
        />
      </Stack>
    </form>
  );
}

export function NewToken({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Modal opened={isOpen} onClose={onClose} title="New API token" centered>
      <TokenForm onClose={onClose} />
    </Modal>
  );
}
