import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

import type { DraftState } from "@/api/draft-keeper";

import { durationWords } from "./duration";
import classes from "./save-state.module.css";
import { useNow } from "./use-now";

const JUST_NOW_MS = 5_000;

type Tone = "calm" | "caution" | "danger";

function savedWords(t: TFunction<"workplace">, savedAt: number | null, now: number): string {
  if (savedAt === null) return t("allSaved");
  const age = now - savedAt;
  return age < JUST_NOW_MS ? t("saved") : t("savedAgo", { span: durationWords(age) });
}

function wordsFor(
  t: TFunction<"workplace">,
  state: DraftState<unknown>,
  now: number,
): [Tone, string] {
  switch (state.status) {
    case "saving":
    case "changed":
      return ["calm", t("saving")];
    case "saved":
      return ["calm", savedWords(t, state.savedAt, now)];
    case "unreachable":
      return ["caution", t("offline")];
    case "conflict":
      return ["caution", t("twoDrafts")];
    case "closed":
      return ["caution", t("closedElsewhere")];
    case "refused":
      return ["danger", t("notSaved")];
  }
}

/** Where the latest change is by now: on its way, on the server, or only here. */
export function SaveState({ state }: { state: DraftState<unknown> }) {
  const { t } = useTranslation("workplace");
  const now = useNow();
  const [tone, words] = wordsFor(t, state, now);
  return (
    <span className={classes.state} data-tone={tone} title={state.problem ?? undefined}>
      {words}
    </span>
  );
}
