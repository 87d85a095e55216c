import { describe, expect, test } from "vitest";

import type { Project } from "@/api/research-types";

import { changesOf, DEFAULT_SETTINGS, formOf, listOf, settingsOf } from "./project-settings";

const project = {
  kind: "ranking",
  priority: 0,
  priority_mode: "helpfulness_first",
  languages: ["de"],
  skills: [],
  content_warning: "",
  overlap: 2,
  calibration_share: 0.07,
  calibration_overlap: 3,
  repeat_share: 0,
  unclear_skips_to_retire: 2,
  seed_order_from_ratings: true,
  allow_empty_demonstrations: false,
  requires_review: false,
} as unknown as Project;

describe("the settings of a project", () => {
  test("are only what differs, field by field", () => {
    const form = formOf(project);

    expect(changesOf(project, form)).toEqual({});
    expect(changesOf(project, { ...form, languages: "de, en", calibrationPercent: 12.5 })).toEqual({
      languages: ["de", "en"],
      calibration_share: 0.125,
    });
  });

  test("of a writing project leave out what compares answers", () => {
    const said = settingsOf({ ...DEFAULT_SETTINGS, requiresReview: true, repeatPercent: 5 }, "demonstration");

    expect(said).toMatchObject({ calibration_share: 0, repeat_share: 0, requires_review: true });
  });

  test("of a ranking project leave out what is about texts", () => {
    const said = settingsOf({ ...DEFAULT_SETTINGS, requiresReview: true, allowEmpty: true }, "ranking");

    expect(said).toMatchObject({ requires_review: false, allow_empty_demonstrations: false });
  });

  test.each([
    ["", []],
    [" de , en,, de", ["de", "en"]],
  ])("read %j as a list", (text, list) => {
    expect(listOf(text)).toEqual(list);
  });
});
