import type { AgreementReport } from "@/api/research-types";
import type { ControlPoint } from "@/components/control-scale";

/** A week with its figure, as a point of a control chart. */
export function pointOf(week: AgreementReport["trend"][number]): ControlPoint {
  return {
    day: week.week,
    value: week.value,
    expected: week.expected,
    low: week.low,
    high: week.high,
    count: week.num_pairs,
    isOutside: week.is_outside,
    reason: week.reason_undefined,
  };
}
