/** What every page says. */
export const common = {
  retry: "Try again",
  cancel: "Cancel",
  close: "Close",
  save: "Save",
  language: "Language",
} as const;
