import { expect, test } from "vitest";

import { rowsOfCount } from "./count-rows";

test.each([
  ["rm", "rankings", "rankings", {}],
  ["rm", "pairs", "rankings", {}],
  ["rm", "prompts", "prompts", {}],
  ["rm", "source_customer", "prompts", { source: "customer" }],
  ["sft", "demonstrations", "demonstrations", {}],
  ["sft", "train", "demonstrations", { split: "train" }],
  ["ppo", "validation", "prompts", { split: "validation" }],
  ["eval", "source_labeler_plain", "prompts", { source: "labeler_plain" }],
] as const)("of a snapshot of kind %s the count of %s leads to %s", (kind, name, of, where) => {
  expect(rowsOfCount(kind, name)).toEqual({ of, where });
});

test.each([
  // Tasks, not rankings.
  ["rm", "train"],
  ["rm", "labelers"],
  ["rm", "ties"],
  // Demonstrations say of an imported one only that it is.
  ["sft", "source_import"],
  ["completions", "prompts"],
  ["pretrain", "documents"],
] as const)("of a snapshot of kind %s the count of %s has no list", (kind, name) => {
  expect(rowsOfCount(kind, name)).toBeNull();
});
