import type { TFunction } from "i18next";

import type { SurveyQuestion } from "@/api/types";
import { labelOf } from "@/api/words";
import { surveys } from "@/i18n/english/surveys";

type Texts = TFunction<"surveys">;

function isKnown<Known extends object>(texts: Known, key: string): key is keyof Known & string {
  return Object.hasOwn(texts, key);
}

/** The question in words; one that this page does not know yet is named by its key. */
export function questionWords(t: Texts, key: string): string {
  return isKnown(surveys.questions, key) ? t(`questions.${key}`) : labelOf(key);
}

export function optionWords(t: Texts, kind: SurveyQuestion["kind"], option: string, language: string): string {
  if (kind === "country") return countryName(option, language);
  return isKnown(surveys.options, option) ? t(`options.${option}`) : labelOf(option);
}

function countryName(code: string, language: string): string {
  return new Intl.DisplayNames([language], { type: "region" }).of(code) ?? code;
}
