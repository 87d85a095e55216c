import { useLocalStorage } from "@mantine/hooks";

export interface KeyPreferences {
  /** Single-character keys can be switched off: some speech and switch input types them by accident. */
  hasShortcuts: boolean;
  setShortcuts: (on: boolean) => void;
  /** Whether a rating opens the next unrated completion. */
  goesOn: boolean;
  setGoesOn: (on: boolean) => void;
  isFixedWidth: boolean;
  setFixedWidth: (on: boolean) => void;
}

function useSwitch(key: string, defaultValue: boolean): [boolean, (on: boolean) => void] {
  const [value, setValue] = useLocalStorage({
    key: `concord:preference:${key}`,
    defaultValue,
    getInitialValueInEffect: false,
  });
  return [value, setValue];
}

/** Habits of one person at one browser. */
export function useKeyPreferences(): KeyPreferences {
  const [hasShortcuts, setShortcuts] = useSwitch("single-keys", true);
  const [goesOn, setGoesOn] = useSwitch("go-on-after-rating", true);
  const [isFixedWidth, setFixedWidth] = useSwitch("fixed-width", false);
  return { hasShortcuts, setShortcuts, goesOn, setGoesOn, isFixedWidth, setFixedWidth };
}
