// Small line drawings on a 16 px grid. They always stand beside a word, never alone.
const PATHS = {
  waiting: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11Z M8 5v3.2l2 1.3",
  working: "M8 2.5a5.5 5.5 0 1 1-5.5 5.5 M8 5.75a2.25 2.25 0 1 0 0 4.5 2.25 2.25 0 0 0 0-4.5Z",
  paused: "M5.5 3.5v9 M10.5 3.5v9",
  done: "M3 8.5l3.2 3.2L13 4.8",
  failed: "M4 4l8 8 M12 4l-8 8",
  stopped: "M4 4h8v8H4Z",
  caution: "M8 2.5 14 13H2Z M8 6.5v3 M8 11.2v.3",
  lock: "M4 7.5h8v6H4Z M5.5 7.5V5.3a2.5 2.5 0 0 1 5 0v2.2",
  open: "M4 7.5h8v6H4Z M5.5 7.5V5.3a2.5 2.5 0 0 1 4.8-.9",
  copy: "M6 6h7v7H6Z M10 6V3H3v7h3",
  back: "M9.5 4.5H6a3.5 3.5 0 1 0 0 7h5 M5.8 2 3.2 4.5 5.8 7",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 14 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
