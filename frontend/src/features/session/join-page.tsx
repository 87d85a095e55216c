import { Button, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";

import { EntryPage } from "./entry-page";
import { LinkProblem } from "./link-problem";
import { takeTokenFromAddress } from "./link-token";
import { useAcceptInvitation } from "./use-redeem-link";

/** Accepts an invitation: the one thing a new person tells us is the name others will see. */
export function JoinPage() {
  const { t } = useTranslation("session");
  const [token] = useState(takeTokenFromAddress);
  const [name, setName] = useState("");
  const accept = useAcceptInvitation();
  const nameProblem =
    accept.error instanceof ApiError ? accept.error.fields.display_name?.[0] : undefined;

  if (!token) {
    return (
      <EntryPage title={t("joinTitle")}>
        <Text c="dimmed">{t("incomplete")}</Text>
      </EntryPage>
    );
  }

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    if (token) accept.mutate({ token, display_name: name });
  }

  return (
    <EntryPage title={t("joinTitle")}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {accept.isError && !nameProblem && <LinkProblem error={accept.error} />}
          <TextInput
            label={t("yourName")}
            description={`${t("yourNameHelp")} ${t("yourNameWhenScreened")}`}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={nameProblem}
            maxLength={120}
            autoComplete="name"
            required
            withAsterisk={false}
          />
          <Button type="submit" loading={accept.isPending} disabled={name.trim() === ""}>
            {t("join")}
          </Button>
        </Stack>
      </form>
    </EntryPage>
  );
}
