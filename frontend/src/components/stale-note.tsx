import { Alert } from "@mantine/core";

import { formatDateTime } from "./formats";

/** Says that a page which is watched no longer follows: it was asked anew and got no answer. */
export function StaleNote({
  query: { data, isError, dataUpdatedAt },
}: {
  query: { data: unknown; isError: boolean; dataUpdatedAt: number };
}) {
  if (!isError || data === undefined) return null;
  return (
    <Alert color="yellow" title="The server does not answer" role="status" mb="md">
      What is shown is as it was {formatDateTime(new Date(dataUpdatedAt).toISOString())}. It follows again
      by itself once the server answers.
    </Alert>
  );
}
