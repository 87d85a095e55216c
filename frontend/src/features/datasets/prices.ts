import { formatNumber } from "@/components/formats";

/** Pay per hour as typed; null where none or nothing sensible was typed. */
export function rateOf(typed: string): number | null {
  const rate = Number(typed.replace(",", "."));
  return typed.trim() !== "" && Number.isFinite(rate) && rate > 0 ? rate : null;
}

/** What so many minutes cost, in the unit of the pay. */
export function priceOf(minutes: number, rate: number): string {
  const price = (minutes * rate) / 60;
  return formatNumber(price, price > 0 && price < 1 ? 3 : 2);
}
