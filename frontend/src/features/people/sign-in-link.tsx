import { Button, Group, Modal, Stack, Text } from "@mantine/core";

import type { Person } from "@/api/research-types";
import { formatDateTime } from "@/components/formats";
import { OneTimeSecret } from "@/components/one-time-secret";
import { ProblemNote } from "@/components/problem-note";

import { useMakeSignInLink, wholeLink } from "./people-queries";

function LinkMaker({ person, onClose }: { person: Person; onClose: () => void }) {
  const link = useMakeSignInLink(person.id);
  if (link.data) {
    return (
      <OneTimeSecret secret={wholeLink(link.data.path)} copyLabel="Copy link" onDone={onClose}>
        Send this link to {person.display_name}. It signs in once, works until{" "}
        {formatDateTime(link.data.expires_at)}, and is not shown again.
      </OneTimeSecret>
    );
  }
  return (
    <Stack gap="md">
      {link.isError && <ProblemNote error={link.error} title="No link was made" />}
      <Text>
        Whoever opens the link is signed in as {person.display_name}. Hand it to nobody else.
      </Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Leave it
        </Button>
        <Button onClick={() => link.mutate()} loading={link.isPending}>
          Make the link
        </Button>
      </Group>
    </Stack>
  );
}

/** A link that signs somebody in once; there are no passwords. */
export function SignInLink({ person, onClose }: { person: Person | null; onClose: () => void }) {
  return (
    <Modal opened={person !== null} onClose={onClose} title="One-time sign-in link" centered>
      {person && <LinkMaker key={person.id} person={person} onClose={onClose} />}
    </Modal>
  );
}
