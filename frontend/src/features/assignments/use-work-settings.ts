import { useLocalStorage } from "@mantine/hooks";

import { DEFAULT_SETTINGS } from "./breaks";
import type { WorkSettings } from "./breaks";

/** The labeler's own reminders and limits, the same on every page that is open. */
export function useWorkSettings() {
  const [settings, setSettings] = useLocalStorage<WorkSettings>({
    key: "concord-work-settings",
    defaultValue: DEFAULT_SETTINGS,
    getInitialValueInEffect: false,
  });
  return [settings, (change: Partial<WorkSettings>) => setSettings({ ...settings, ...change })] as const;
}
