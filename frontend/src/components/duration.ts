import i18next from "i18next";

/** A span in the largest unit that still says something: "8 s", "12 min", "3 h". */
export function durationWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return i18next.t("workplace:seconds", { value: seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return i18next.t("workplace:minutes", { value: minutes });
  return i18next.t("workplace:hours", { value: Math.floor(minutes / 60) });
}

/** A countdown to the second: "9:05". */
export function clockWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
