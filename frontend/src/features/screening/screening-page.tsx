import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Navigate } from "react-router";

import { ownScreeningQuery } from "@/api/screening";
import type { OwnCandidacy, OwnScreening, PartProgress } from "@/api/screening-types";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { PageHeader } from "@/components/page-header";
import { StatePage } from "@/components/state-page";
import { ToneBadge } from "@/components/tone-badge";

import { DeclarationForm } from "./declaration-form";
import { HandIn } from "./hand-in";
import classes from "./screening.module.css";

type PartName = "flags" | "ranking" | "demonstration";

const PARTS: PartName[] = ["flags", "ranking", "demonstration"];
/** How long one text or task takes, so that a candidate knows what they sit down to. */
const MINUTES_EACH: Record<PartName, number> = { flags: 0.4, ranking: 8, demonstration: 10 };

function placeOf(name: PartName, part: PartProgress): string {
  return name === "flags" ? "/screening/texts" : `/label/${part.project}`;
}

function Part({ number, name, part }: { number: number; name: PartName; part: PartProgress }) {
  const { t } = useTranslation("screening");
  const isBegun = part.num_answered + part.num_skipped > 0;
  const verb = part.is_done ? t("page.look") : isBegun ? t("page.goOn") : t("page.start");
  // A desk whose tasks are done has nothing to show; the texts can be looked at again.
  const isOpen = !part.is_done || name === "flags";
  return (
    <li className={classes.part} data-done={part.is_done || undefined}>
      <div>
        <p className={classes.quiet}>{t("page.part", { number })}</p>
        <h2>{t(`parts.${name}.title`)}</h2>
        <p>{t(`parts.${name}.words`)}</p>
        <p className={classes.meta}>
          <span>{t("page.progress", { done: part.num_answered, total: part.num_total })}</span>
          {part.num_skipped > 0 && <span>{t("page.skipped", { count: part.num_skipped })}</span>}
          <span>
            {t("page.minutes", { count: Math.ceil(part.num_total * MINUTES_EACH[name]) })}
          </span>
        </p>
      </div>
      <div className={classes.action}>
        {part.is_done && <ToneBadge tone="good" icon="done" label={t("page.done")} />}
        {isOpen && (
          <LinkButton to={placeOf(name, part)} isQuiet={part.is_done}>
            {verb}
          </LinkButton>
        )}
      </div>
    </li>
  );
}

function Road({ candidacy, screening }: { candidacy: OwnCandidacy; screening: OwnScreening }) {
  const { t } = useTranslation("screening");
  const { progress } = candidacy;
  return (
    <div className={classes.reading}>
      <PageHeader title={t("page.title")}>{t("page.lead")}</PageHeader>
      <ol className={classes.parts}>
        {PARTS.map((name, index) => (
          <Part key={name} number={index + 1} name={name} part={progress[name]} />
        ))}
        <li className={classes.part}>
          <div className={classes.wide}>
            <p className={classes.quiet}>{t("page.part", { number: PARTS.length + 1 })}</p>
            <h2>{t("parts.declaration.title")}</h2>
            <p>{t("parts.declaration.words")}</p>
          </div>
          <div className={classes.wide}>
            <DeclarationForm candidacy={candidacy} limits={screening} />
          </div>
        </li>
      </ol>
      <HandIn candidacy={candidacy} isReady={PARTS.every((name) => progress[name].is_done)} />
      <p className={classes.quiet}>{t("page.paused")}</p>
    </div>
  );
}

function Outcome({ state }: { state: Exclude<OwnCandidacy["state"], "in_progress"> }) {
  const { t } = useTranslation("screening");
  return (
    <StatePage
      title={t(`state.${state}Title`)}
      actions={state === "accepted" && <LinkButton to="/label">{t("state.toTasks")}</LinkButton>}
    >
      {t(`state.${state}Words`)}
    </StatePage>
  );
}

/** A candidate's way through the four parts, and what came of it. No score is shown here. */
export function ScreeningPage() {
  const found = useQuery({ ...ownScreeningQuery, refetchOnMount: "always" });
  return (
    <Loaded query={found}>
      {(screening) => {
        const { candidacy } = screening;
        if (!candidacy) return <Navigate to="/" replace />;
        if (candidacy.state !== "in_progress") return <Outcome state={candidacy.state} />;
        return <Road candidacy={candidacy} screening={screening} />;
      }}
    </Loaded>
  );
}
