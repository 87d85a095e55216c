import { describe, expect, test } from "vitest";

import { DEFAULT_SETTINGS, reminderFor } from "./breaks";
import type { Worked } from "./breaks";

const rested: Worked = { sinceBreak: 0, quietUntil: 0, today: 0, isCapWaived: false };
const MINUTE = 60;
const HOUR = 3600;

describe("a reminder", () => {
  test.each<[string, Partial<Worked>, object, unknown]>([
    ["nothing in the beginning", {}, {}, null],
    ["nothing a second too early", { sinceBreak: 50 * MINUTE - 1 }, {}, null],
    ["a break after fifty minutes", { sinceBreak: 50 * MINUTE }, {}, { kind: "break", minutes: 50 }],
    ["nothing while it is put off", { sinceBreak: 55 * MINUTE, quietUntil: 60 * MINUTE }, {}, null],
    [
      "a break again after that",
      { sinceBreak: 60 * MINUTE, quietUntil: 60 * MINUTE },
      {},
      { kind: "break", minutes: 60 },
    ],
    ["nothing when switched off", { sinceBreak: 5 * HOUR }, { breakAfterMinutes: null }, null],
    ["sooner when wished", { sinceBreak: 25 * MINUTE }, { breakAfterMinutes: 25 }, { kind: "break", minutes: 25 }],
    ["the limit of the day", { today: 6 * HOUR }, { dailyCapHours: 6 }, { kind: "cap", hours: 6 }],
    [
      "the limit before the break",
      { today: 6 * HOUR, sinceBreak: HOUR },
      { dailyCapHours: 6 },
      { kind: "cap", hours: 6 },
    ],
    ["no limit that was waived", { today: 7 * HOUR, isCapWaived: true }, { dailyCapHours: 6 }, null],
  ])("says %s", (_name, worked, settings, expected) => {
    expect(reminderFor({ ...rested, ...worked }, { ...DEFAULT_SETTINGS, ...settings })).toEqual(expected);
  });
});
