import { describe, expect, it } from "vitest";

import { commandOf } from "./use-flag-keys";

function key(name: string, held: Partial<Record<"ctrlKey" | "metaKey" | "altKey", boolean>> = {}) {
  return { key: name, ctrlKey: false, metaKey: false, altKey: false, ...held };
}

describe("keys of the flagging page", () => {
  it.each([
    ["y", "ltr", "yes"],
    ["N", "ltr", "no"],
    ["ArrowLeft", "ltr", "back"],
    ["ArrowLeft", "rtl", "forward"],
    ["ArrowRight", "rtl", "back"],
    ["x", "ltr", null],
  ])("%s in %s is %s", (name, direction, command) => {
    expect(commandOf(key(name), direction)).toBe(command);
  });

  it("leaves the browser its own shortcuts", () => {
    expect(commandOf(key("n", { ctrlKey: true }), "ltr")).toBeNull();
    expect(commandOf(key("ArrowLeft", { altKey: true }), "ltr")).toBeNull();
  });
});
