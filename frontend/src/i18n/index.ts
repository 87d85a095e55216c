import i18next from "i18next";
import type { Resource } from "i18next";
import { initReactI18next } from "react-i18next";

import { english } from "./english";
import { turnAllRound } from "./pseudo";

const REMEMBERED_AS = "concord-language";
const ENGLISH = "en";
/** A test language: every text turned round, so that a forgotten or a fixed text stands out. */
const RIGHT_TO_LEFT_TEST = "ar-XB";
const LANGUAGES: readonly string[] = [ENGLISH, RIGHT_TO_LEFT_TEST];

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "common";
    resources: typeof english;
  }
}

/** The language asked for in the address (`?language=ar-XB`) or on an earlier visit. */
function chosenLanguage(): string {
  const asked = new URLSearchParams(window.location.search).get("language");
  if (asked && LANGUAGES.includes(asked)) window.localStorage.setItem(REMEMBERED_AS, asked);
  const remembered = window.localStorage.getItem(REMEMBERED_AS);
  return remembered && LANGUAGES.includes(remembered) ? remembered : ENGLISH;
}

function resourcesFor(language: string): Resource {
  return language === RIGHT_TO_LEFT_TEST
    ? { [RIGHT_TO_LEFT_TEST]: turnAllRound(english) }
    : { [ENGLISH]: english };
}

/** Which way the interface is written; completions find their own way by `dir="auto"`. */
export function direction(): "ltr" | "rtl" {
  return i18next.dir();
}

/** Prepares the texts; the page is drawn after it, so nothing flickers. */
export function startTexts(): void {
  const language = chosenLanguage();
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    ns: Object.keys(english),
    defaultNS: "common",
    resources: resourcesFor(language),
    initAsync: false,
    // React escapes what it draws.
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  document.documentElement.lang = language;
  document.documentElement.dir = direction();
}
