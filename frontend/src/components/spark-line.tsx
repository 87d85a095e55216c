const WIDTH = 88;
const HEIGHT = 24;
const PAD = 3;

function pathOf(values: number[]): string {
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const stride = (WIDTH - 2 * PAD) / (values.length - 1);
  return values
    .map((value, index) => {
      const x = PAD + index * stride;
      const y = HEIGHT - PAD - ((value - low) / span) * (HEIGHT - 2 * PAD);
      return `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join(" ");
}

/** The shape of a series at a glance; its figures stand elsewhere. */
export function SparkLine({ values, label }: { values: number[]; label: string }) {
  if (values.length < 2) return null;
  return (
    <svg width={WIDTH} height={HEIGHT} role="img" aria-label={label} style={{ display: "block" }}>
      <path d={pathOf(values)} fill="none" stroke="var(--accent)" strokeWidth={1.5} />
    </svg>
  );
}
