/** Pay per hour as typed; null where none or nothing sensible was typed. */
export function rateOf(typed: string): number | null {
  const rate = Number(typed.replace(",", "."));
  return typed.trim() !== "" && Number.isFinite(rate) && rate > 0 ? rate : null;
}

/** What so many minutes cost, in the unit of the pay; a dash where no time was measured. */
export function priceOf(minutes: number | null, rate: number): string {
  if (minutes === null || minutes === 0) return "–";
  const price = (minutes * rate) / 60;
  return price.toFixed(price < 1 ? 3 : 2);
}
