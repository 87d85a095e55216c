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

/** `1 ranking`, `2 rankings`; irregular plurals are given. */
export function countOf(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** A share from 0 to 1 as a percentage. */
export function formatShare(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)}%`;
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
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min ${whole % MINUTE} s`;
  if (whole < DAY) return `${Math.floor(whole / HOUR)} h ${Math.floor((whole % HOUR) / MINUTE)} min`;
  return `${Math.floor(whole / DAY)} d ${Math.floor((whole % DAY) / HOUR)} h`;
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
  if (size < 45) return seconds >= 0 ? "just now" : "in a moment";
  const [count, unit] =
    size < HOUR
      ? [Math.max(1, Math.round(size / MINUTE)), "min"]
      : size < DAY
        ? [Math.round(size / HOUR), "h"]
        : [Math.round(size / DAY), "d"];
  return seconds >= 0 ? `${count} ${unit} ago` : `in ${count} ${unit}`;
}

export function shortHash(hash: string): string {
  return hash.slice(0, 10);
}
