import { Checkbox, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { SyntheticEvent } from "react";

import { ApiError } from "@/api/errors";
import type { Person } from "@/api/research-types";
import { DialogFoot } from "@/components/dialog-foot";
import { ProblemNote } from "@/components/problem-note";

import { useChangePerson } from "./people-queries";
import { changeOf, consequencesOf, settingsOf } from "./person-change";
import type { PersonSettings } from "./person-change";
import { ProfileFields } from "./profile-fields";
import { RolePoolFields } from "./role-pool-fields";

const SHOWN_FIELDS = ["role", "pool", "languages", "skills", "vendor"];

function ChangeForm({ person, onClose }: { person: Person; onClose: () => void }) {
  const [settings, setSettings] = useState<PersonSettings>(() => settingsOf(person));
  const save = useChangePerson(person.id);
  const messages = save.error instanceof ApiError ? save.error.fields : {};
  const wanted = changeOf(person, settings);
  const consequences = consequencesOf(person, wanted);
  const change = (part: Partial<PersonSettings>) => setSettings((before) => ({ ...before, ...part }));

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    save.mutate(wanted, { onSuccess: onClose });
  }

  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {save.isError && (
          <ProblemNote error={save.error} title="Nothing was changed" shownFields={SHOWN_FIELDS} />
        )}
        <RolePoolFields value={settings} messages={messages} onChange={change} />
        <ProfileFields value={settings} messages={messages} onChange={change} />
        <Checkbox
          label="May sign in"
          description="Without it the account stays, and so does everything it answered."
          checked={settings.is_active}
          onChange={(event) => change({ is_active: event.currentTarget.checked })}
        />
        {consequences.length > 0 && (
          <div role="status">
            {consequences.map((sentence) => (
              <Text key={sentence} size="sm">
                {sentence}
              </Text>
            ))}
          </div>
        )}
        <DialogFoot
          action="Confirm the change"
          blocked={Object.keys(wanted).length === 0 ? "Nothing is changed yet." : null}
          isPending={save.isPending}
          color={wanted.is_active === false ? "red" : undefined}
          onLeave={onClose}
        />
      </Stack>
    </form>
  );
}

/** Changes somebody's role, pool or access, with what follows from it in words. */
export function ChangePerson({ person, onClose }: { person: Person | null; onClose: () => void }) {
  return (
    <Modal
      opened={person !== null}
      onClose={onClose}
      title={person ? `Change ${person.display_name}` : ""}
      centered
    >
      {person && <ChangeForm key={person.id} person={person} onClose={onClose} />}
    </Modal>
  );
}
