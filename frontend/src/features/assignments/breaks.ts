/** A labeler's own wishes, kept in this browser. */
export interface WorkSettings {
  /** Active minutes after which a break is suggested; null for never. */
  breakAfterMinutes: number | null;
  /** Active hours after which a day is said to be done; null for none. */
  dailyCapHours: number | null;
}

export const DEFAULT_SETTINGS: WorkSettings = { breakAfterMinutes: 50, dailyCapHours: null };
export const BREAK_CHOICES = [25, 50, 90];
export const CAP_CHOICES = [2, 4, 6, 8];
export const SNOOZE_SECONDS = 10 * 60;
// Whoever was away this long has had a break already.
export const AWAY_SECONDS = 5 * 60;

export interface Worked {
  /** Active seconds since the last break. */
  sinceBreak: number;
  /** Active seconds, counted as above, before which nothing is said. */
  quietUntil: number;
  /** Active seconds of the whole day. */
  today: number;
  /** Whether the labeler has chosen to go on beyond the limit today. */
  isCapWaived: boolean;
}

export type Reminder = { kind: "break"; minutes: number } | { kind: "cap"; hours: number } | null;

/** What to say now; the limit of the day comes before the break. */
export function reminderFor(worked: Worked, settings: WorkSettings): Reminder {
  const { breakAfterMinutes: minutes, dailyCapHours: hours } = settings;
  if (hours !== null && !worked.isCapWaived && worked.today >= hours * 3600) {
    return { kind: "cap", hours };
  }
  if (minutes === null || worked.sinceBreak < Math.max(minutes * 60, worked.quietUntil)) return null;
  return { kind: "break", minutes: Math.floor(worked.sinceBreak / 60) };
}
