import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import type { SyntheticEvent } from "react";

import { ApiError } from "@/api/errors";
import type { NewInvitation } from "@/api/research-types";
import { formatDateTime } from "@/components/formats";
import { OneTimeSecret } from "@/components/one-time-secret";
import { ProblemNote } from "@/components/problem-note";

import { useInvite, wholeLink } from "./people-queries";
import { RolePoolFields } from "./role-pool-fields";

const SHOWN_FIELDS = ["email", "role", "pool"];
const NOBODY: NewInvitation = { email: "", role: "labeler", pool: "training" };

function InviteForm({ onClose }: { onClose: () => void }) {
  const [invitation, setInvitation] = useState(NOBODY);
  const invite = useInvite();
  const messages = invite.error instanceof ApiError ? invite.error.fields : {};
  const change = (part: Partial<NewInvitation>) => setInvitation((before) => ({ ...before, ...part }));

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    invite.mutate({ ...invitation, email: invitation.email.trim() });
  }

  if (invite.data) {
    return (
      <Stack gap="md">
        <OneTimeSecret secret={wholeLink(invite.data.path)} copyLabel="Copy link">
          Send this link to {invite.data.email}. It opens one account, works until{" "}
          {formatDateTime(invite.data.expires_at)}, and is not shown again.
        </OneTimeSecret>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Done
          </Button>
        </Group>
      </Stack>
    );
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {invite.isError && (
          <ProblemNote error={invite.error} title="Nobody was invited" shownFields={SHOWN_FIELDS} />
        )}
        <TextInput
          label="Email"
          type="email"
          maxLength={254}
          data-autofocus
          value={invitation.email}
          error={messages.email?.join(" ")}
          onChange={(event) => change({ email: event.currentTarget.value })}
        />
        <RolePoolFields value={invitation} messages={messages} onChange={change} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button type="submit" disabled={invitation.email.trim() === ""} loading={invite.isPending}>
            Make the link
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Invites somebody by a link that is shown once; nothing is sent by mail from here. */
export function InvitePerson({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Modal opened={isOpen} onClose={onClose} title="Invite somebody" centered>
      <InviteForm onClose={onClose} />
    </Modal>
  );
}
