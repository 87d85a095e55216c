import { Alert, Button, Loader, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useLocation, useNavigate } from "react-router";

import { sessionQuery } from "@/api/session";

import { EntryPage } from "./entry-page";
import { LinkProblem } from "./link-problem";
import { readPastedLink, takeTokenFromAddress } from "./link-token";
import { useRedeemLink } from "./use-redeem-link";

function destinationOf(state: unknown): string {
  const from =
    typeof state === "object" && state !== null && "from" in state ? state.from : undefined;
  return typeof from === "string" && from.startsWith("/") ? from : "/";
}

function PasteLinkForm({ onToken }: { onToken: (token: string) => void }) {
  const { t } = useTranslation("session");
  const [pasted, setPasted] = useState("");
  const [isNoLink, setIsNoLink] = useState(false);
  const navigate = useNavigate();

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    const link = readPastedLink(pasted);
    if (!link) {
      setIsNoLink(true);
    } else if (link.page === "join") {
      void navigate(`/join#token=${encodeURIComponent(link.token)}`);
    } else {
      setIsNoLink(false);
      onToken(link.token);
    }
  }

  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label={t("yourLink")}
          placeholder="https://…/sign-in#token=…"
          value={pasted}
          onChange={(event) => setPasted(event.currentTarget.value)}
          error={isNoLink && t("notALink")}
          autoComplete="off"
          spellCheck={false}
        />
        <Button type="submit" disabled={pasted.trim() === ""}>
          {t("signIn")}
        </Button>
      </Stack>
    </form>
  );
}

/** Redeems the one-time link a person was given; there are no passwords here. */
export function SignInPage() {
  const { t } = useTranslation("session");
  const session = useQuery(sessionQuery);
  const destination = destinationOf(useLocation().state);
  const redeem = useRedeemLink(destination);
  const [token] = useState(takeTokenFromAddress);
  const isRedeemed = useRef(false);
  const { mutate } = redeem;

  useEffect(() => {
    // The link works once: drawing the page twice must not spend it twice.
    if (!token || isRedeemed.current) return;
    isRedeemed.current = true;
    mutate(token);
  }, [token, mutate]);

  useEffect(() => {
    // A link opened in this very tab changes only the fragment: the page is not loaded again.
    function takeOpened() {
      const opened = takeTokenFromAddress();
      if (opened) mutate(opened);
    }
    window.addEventListener("hashchange", takeOpened);
    return () => window.removeEventListener("hashchange", takeOpened);
  }, [mutate]);

  if (session.data?.user && !token && redeem.isIdle) return <Navigate to="/" replace />;

  return (
    <EntryPage title={t("signIn")}>
      {redeem.isPending ? (
        <Stack align="center" py="lg">
          <Loader size="sm" />
          <Text role="status">{t("checking")}</Text>
        </Stack>
      ) : (
        <Stack gap="lg">
          {redeem.isError && <LinkProblem error={redeem.error} />}
          {session.isError && !redeem.isError && (
            <Alert color="yellow" title={t("unreachable")}>
              {t("checkConnection")}
            </Alert>
          )}
          <Text c="dimmed">{t("noPasswords")}</Text>
          <PasteLinkForm onToken={mutate} />
        </Stack>
      )}
    </EntryPage>
  );
}
