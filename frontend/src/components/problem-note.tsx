import { Alert, Button, List } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { ApiError, sentenceFor } from "@/api/errors";

/** Why something asked for was not done. Messages that belong to shown fields stay with them. */
export function ProblemNote({
  error,
  title,
  shownFields = [],
  onRetry,
}: {
  error: unknown;
  title: string;
  shownFields?: string[];
  /** Asks for it again. */
  onRetry?: () => void;
}) {
  const { t } = useTranslation("common");
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
      {onRetry && (
        <Button variant="default" mt="xs" display="block" onClick={onRetry}>
          {t("retry")}
        </Button>
      )}
    </Alert>
  );
}
