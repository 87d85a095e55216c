import type { DraftState } from "@/api/draft-keeper";

import { durationWords } from "./duration";
import classes from "./save-state.module.css";
import { useNow } from "./use-now";

const JUST_NOW_MS = 5_000;

type Tone = "calm" | "caution" | "danger";

function savedWords(savedAt: number | null, now: number): string {
  if (savedAt === null) return "All saved";
  const age = now - savedAt;
  return age < JUST_NOW_MS ? "Saved" : `Saved ${durationWords(age)} ago`;
}

function wordsFor(state: DraftState<unknown>, now: number): [Tone, string] {
  switch (state.status) {
    case "saving":
    case "changed":
      return ["calm", "Saving…"];
    case "saved":
      return ["calm", savedWords(state.savedAt, now)];
    case "unreachable":
      return ["caution", "Offline, kept in this browser"];
    case "conflict":
      return ["caution", "Two drafts: choose one"];
    case "closed":
      return ["caution", "Closed elsewhere, kept in this browser"];
    case "refused":
      return ["danger", "Not saved on the server"];
  }
}

/** Where the latest change is by now: on its way, on the server, or only here. */
export function SaveState({ state }: { state: DraftState<unknown> }) {
  const now = useNow();
  const [tone, words] = wordsFor(state, now);
  return (
    <span className={classes.state} data-tone={tone} title={state.problem ?? undefined}>
      {words}
    </span>
  );
}
