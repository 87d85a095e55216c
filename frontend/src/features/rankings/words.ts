/** What is said about completions and keys in more than one place. */
import i18next from "i18next";
import type { TFunction } from "i18next";

import type { Catalogue } from "@/api/types";

import type { KeyCommand } from "./commands";
import { printedKey } from "./keyboard";
import type { Handle, Place } from "./ordering";

type Texts = TFunction<"rankings">;

/** "A, B and C" in the language of the interface. */
export function listWords(parts: readonly string[]): string {
  // British English has no comma before the last one, and no list here needs it.
  const language = i18next.language === "en" ? "en-GB" : i18next.language;
  return new Intl.ListFormat(language, { type: "conjunction" }).format(parts);
}

/** "B tied with D in tier 2 of 4". */
export function placeWords(
  t: Texts,
  letter: string,
  place: Place,
  letterOf: (handle: Handle) => string,
): string {
  const { tier, numTiers } = place;
  if (tier === null) return t("place.none", { letter });
  if (place.tiedWith.length === 0) return t("place.alone", { letter, tier, numTiers });
  const others = listWords(place.tiedWith.map(letterOf).sort());
  return t("place.tied", { letter, others, tier, numTiers });
}

/** A key in the words that the interface has for it. */
export function keyWords(t: Texts, key: string): string {
  return printedKey(key)
    .split(" ")
    .map((part) => {
      switch (part) {
        case "Ctrl":
        case "Shift":
        case "Space":
        case "Tab":
        case "Enter":
          return t(`keyNames.${part}`);
        default:
          return part;
      }
    })
    .join(" ");
}

/** What a command does, with the names that the catalogue has for flags and scales. */
export function commandWords(t: Texts, { id, command }: KeyCommand, catalogue: Catalogue): string {
  switch (command.kind) {
    case "rate":
      return t("command.rate", { value: command.rating });
    case "flag": {
      const flags = catalogue.label_items.filter(({ kind }) => kind === "flag");
      const label = flags[command.index]?.label;
      return label
        ? t("command.flagNamed", { label })
        : t("command.flag", { value: command.index + 1 });
    }
    case "scale":
    case "input-toxicity": {
      const key = command.kind === "scale" ? command.key : "input_toxicity";
      const label = catalogue.toxicity_scales.find((scale) => scale.key === key)?.label ?? key;
      return t("command.scale", { label, value: command.value });
    }
    case "step":
      return t(command.by > 0 ? "command.next" : "command.previous");
    case "select":
      return t("command.select", { letter: String.fromCharCode(65 + command.index) });
    case "place":
      return t("command.place", { value: command.tier + 1 });
    default:
      return t(`command.${id as NamedCommand}`);
  }
}

/** Commands whose words stand under their own id. */
type NamedCommand =
  | "no-other-problems"
  | "no-problems-anywhere"
  | "move-up"
  | "move-down"
  | "own-tier-up"
  | "own-tier-down"
  | "tie"
  | "split"
  | "toggle-phase"
  | "page-down"
  | "page-up"
  | "compare"
  | "fold-prompt"
  | "raw"
  | "layout"
  | "tie-all"
  | "none-acceptable"
  | "note"
  | "question"
  | "skip"
  | "undo"
  | "redo"
  | "submit"
  | "take-back"
  | "help"
  | "left-better"
  | "right-better"
  | "compare-tie";
