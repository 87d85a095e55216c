import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";

import type { Consent } from "@/api/screening-types";
import { EmptyNote } from "@/components/empty-note";
import { formatDate } from "@/components/formats";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { MarkdownText } from "@/components/markdown-text";
import { PageHeader } from "@/components/page-header";
import { ProblemNote } from "@/components/problem-note";

import { consentQuery, useAgree } from "./screening-queries";
import classes from "./screening.module.css";

type Asked = NonNullable<Consent["consent"]>;

/** Where the labeler came from, so that agreeing leads back to the task they asked for. */
function useWayBack(): string {
  const { state } = useLocation() as { state: unknown };
  const from = typeof state === "object" && state !== null && "from" in state ? state.from : null;
  return typeof from === "string" && from.startsWith("/") ? from : "/";
}

function Answer({ consent }: { consent: Asked }) {
  const { t } = useTranslation("screening");
  const agree = useAgree();
  const navigate = useNavigate();
  const back = useWayBack();
  return (
    <>
      {agree.isError && <ProblemNote error={agree.error} title={t("consent.failed")} />}
      <Group gap="sm">
        <Button
          size="md"
          loading={agree.isPending}
          onClick={() =>
            agree.mutate(consent.version, { onSuccess: () => void navigate(back, { replace: true }) })
          }
        >
          {t("consent.agree")}
        </Button>
        <LinkButton to="/" isQuiet>
          {t("consent.notNow")}
        </LinkButton>
      </Group>
      <section className={classes.aside}>
        <h2>{t("consent.declineTitle")}</h2>
        <p>{t("consent.declineWords")}</p>
      </section>
    </>
  );
}

function ConsentView({ consent, isNeeded }: { consent: Asked; isNeeded: boolean }) {
  const { t } = useTranslation("screening");
  return (
    <article className={classes.reading}>
      <PageHeader title={consent.title}>{isNeeded && t("consent.before")}</PageHeader>
      <p className={classes.quiet}>{t("consent.version", { version: consent.version })}</p>
      <div className={classes.document}>
        <MarkdownText text={consent.body} />
      </div>
      {consent.agreed_at !== null && (
        <Group gap="md">
          <p role="status">{t("consent.agreedAt", { date: formatDate(consent.agreed_at) })}</p>
          <LinkButton to="/">{t("consent.goOn")}</LinkButton>
        </Group>
      )}
      {isNeeded && <Answer consent={consent} />}
    </article>
  );
}

/** What a labeler takes part in. Declining needs no button: without agreement there are no tasks. */
export function ConsentPage() {
  const { t } = useTranslation("screening");
  const found = useQuery(consentQuery);
  return (
    <Loaded query={found}>
      {({ consent, is_needed: isNeeded }) =>
        consent ? (
          <ConsentView consent={consent} isNeeded={isNeeded} />
        ) : (
          <EmptyNote title={t("consent.none")}>{t("consent.noneWords")}</EmptyNote>
        )
      }
    </Loaded>
  );
}
