import { Alert, List } from "@mantine/core";

import { ApiError, sentenceFor } from "@/api/errors";

/** Why something asked for was not done. Messages that belong to shown fields stay with them. */
export function ProblemNote({
  error,
  title,
  shownFields = [],
}: {
  error: unknown;
  title: string;
  shownFields?: string[];
}) {
  const fields = error instanceof ApiError ? Object.entries(error.fields) : [];
  const others = fields.filter(([name]) => !shownFields.includes(name));
  return (
    <Alert color="red" title={title} role="alert">
      {sentenceFor(error)}
      {others.length > 0 && (
        <List size="sm" mt="xs">
          {others.map(([name, messages]) => (
            <List.Item key={name}>
              {name}: {messages.join(" ")}
            </List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}
