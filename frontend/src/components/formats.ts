import i18next from "i18next";

const GROUPED = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const DAY_ONLY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const DATE_TIME = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTH = 30 * DAY;
const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"];

/** 12345 -> 12,345 */
export function formatCount(count: number): string {
  return GROUPED.format(count);
}

/** 3600.09 -> 3,600.09: so many digits behind the point, whatever the size. */
export function formatNumber(value: number, digits: number): string {
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** `1 ranking`, `2 rankings`; irregular plurals are given. */
export function countOf(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** So many digits behind the point; what rounds to 0 has no sign. */
export function formatFixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text;
}

/** A share from 0 to 1 as a percentage. */
export function formatShare(share: number, digits = 1): string {
  return `${formatFixed(share * 100, digits)}%`;
}

/** A measured number with four significant digits, the way people read them. */
export function formatMeasure(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : "infinite";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 1e-3 || size >= 1e7) return value.toExponential(2).replace("e+", "e");
  if (size >= 1000) return GROUPED.format(value);
  return String(Number(value.toPrecision(4)));
}

/** A round place on an axis, as short as it can be said. */
export function formatTick(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential().replace("e+", "e");
  return size >= 1000 ? GROUPED.format(value) : String(value);
}

export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < MINUTE) return i18next.t("common:duration.seconds", { seconds: whole });
  const minutes = Math.floor((whole % HOUR) / MINUTE);
  const hours = Math.floor((whole % DAY) / HOUR);
  if (whole < HOUR) {
    return i18next.t("common:duration.minutesSeconds", { minutes, seconds: whole % MINUTE });
  }
  if (whole < DAY) return i18next.t("common:duration.hoursMinutes", { hours, minutes });
  return i18next.t("common:duration.daysHours", { days: Math.floor(whole / DAY), hours });
}

/** A span without its seconds: nobody plans a day by them. */
export function formatMinutes(seconds: number): string {
  const minutes = Math.floor(Math.max(0, seconds) / 60);
  if (minutes < 60) return i18next.t("common:duration.minutes", { minutes });
  return i18next.t("common:duration.hoursMinutes", {
    hours: Math.floor(minutes / 60),
    minutes: minutes % 60,
  });
}

export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < BYTE_UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${BYTE_UNITS[unit]}`;
}

export function formatDate(moment: string): string {
  return DATE.format(new Date(moment));
}

/** A day without its year: it is one of the last few. */
export function formatDay(date: string): string {
  return date === "" ? "" : DAY_ONLY.format(new Date(`${date}T00:00:00Z`));
}

export function formatDateTime(moment: string): string {
  return DATE_TIME.format(new Date(moment));
}

/** How long ago, or how far ahead; dates once it is more than a month. */
export function formatAgo(moment: string, now: Date = new Date()): string {
  const seconds = (now.getTime() - new Date(moment).getTime()) / 1000;
  const size = Math.abs(seconds);
  if (size >= MONTH) return formatDate(moment);
  const isPast = seconds >= 0;
  if (size < 45) return isPast ? i18next.t("common:ago.now") : i18next.t("common:ago.soon");
  if (size < HOUR) {
    const count = Math.max(1, Math.round(size / MINUTE));
    return i18next.t(isPast ? "common:ago.minutesAgo" : "common:ago.minutesAhead", { count });
  }
  if (size < DAY) {
    const count = Math.round(size / HOUR);
    return i18next.t(isPast ? "common:ago.hoursAgo" : "common:ago.hoursAhead", { count });
  }
  const count = Math.round(size / DAY);
  return i18next.t(isPast ? "common:ago.daysAgo" : "common:ago.daysAhead", { count });
}

export function shortHash(hash: string): string {
  return hash.slice(0, 10);
}
