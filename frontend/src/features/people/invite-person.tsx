import { Modal, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { SyntheticEvent } from "react";

import { ApiError } from "@/api/errors";
import type { NewInvitation } from "@/api/research-types";
import { DialogFoot } from "@/components/dialog-foot";
import { formatDateTime } from "@/components/formats";
import { OneTimeSecret } from "@/components/one-time-secret";
import { ProblemNote } from "@/components/problem-note";

import { openScreeningsQuery, useInvite, wholeLink } from "./people-queries";
import { ProfileFields, wordsOf } from "./profile-fields";
import type { ProfileForm } from "./profile-fields";
import { RolePoolFields } from "./role-pool-fields";

const SHOWN_FIELDS = ["email", "role", "pool", "screening", "languages", "vendor"];

type Form = Pick<NewInvitation, "email" | "role" | "pool"> &
  ProfileForm & {
    /** The screening's number as text; empty for none. */
    screening: string;
  };

const NOBODY: Form = {
  email: "",
  role: "labeler",
  pool: "training",
  screening: "",
  languages: "",
  skills: "",
  vendor: "",
};

/** Held-out labelers are never screened, nor is anybody who does not label. */
function mayBeScreened({ role, pool }: Form): boolean {
  return role === "labeler" && pool === "training";
}

function requestOf(form: Form): NewInvitation {
  return {
    email: form.email.trim(),
    role: form.role,
    pool: form.pool,
    screening: mayBeScreened(form) && form.screening !== "" ? Number(form.screening) : null,
    languages: wordsOf(form.languages),
    vendor: form.vendor.trim(),
  };
}

function ScreeningField({
  value,
  message,
  onChange,
}: {
  value: string;
  message: string | undefined;
  onChange: (value: string) => void;
}) {
  const screenings = useQuery(openScreeningsQuery);
  return (
    <NativeSelect
      label="Screening"
      description="Passed before the first task; people decide about it."
      data={[
        { value: "", label: "None: they begin to work at once" },
        ...(screenings.data ?? []).map(({ id, name }) => ({ value: String(id), label: name })),
      ]}
      value={value}
      error={message}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function InviteForm({ onClose }: { onClose: () => void }) {
  const [invitation, setInvitation] = useState(NOBODY);
  const invite = useInvite();
  const messages = invite.error instanceof ApiError ? invite.error.fields : {};
  const change = (part: Partial<Form>) => setInvitation((before) => ({ ...before, ...part }));

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    invite.mutate(requestOf(invitation));
  }

  if (invite.data) {
    return (
      <OneTimeSecret secret={wholeLink(invite.data.path)} copyLabel="Copy link" onDone={onClose}>
        Send this link to {invite.data.email}. It opens one account, works until{" "}
        {formatDateTime(invite.data.expires_at)}, and is not shown again.
      </OneTimeSecret>
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
        {mayBeScreened(invitation) && (
          <ScreeningField
            value={invitation.screening}
            message={messages.screening?.join(" ")}
            onChange={(screening) => change({ screening })}
          />
        )}
        <ProfileFields value={invitation} messages={messages} hasSkills={false} onChange={change} />
        <DialogFoot
          action="Make the link"
          blocked={invitation.email.trim() === "" ? "An email address is needed." : null}
          isPending={invite.isPending}
          onLeave={onClose}
        />
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
