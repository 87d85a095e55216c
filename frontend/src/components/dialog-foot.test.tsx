import { screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { renderRoutes } from "@/testing/render";

import { DialogFoot } from "./dialog-foot";

function open(blocked: string | null) {
  const foot = <DialogFoot action="Register" blocked={blocked} isPending={false} onLeave={() => undefined} />;
  renderRoutes([{ path: "/", element: foot }], "/");
  return screen.getByRole("button", { name: "Register" });
}

test("a deed that cannot be done yet says what is missing", () => {
  const button = open("Still to fill in: the name.");

  expect(button).toBeDisabled();
  expect(button).toHaveAccessibleDescription("Still to fill in: the name.");
});

test("one that can be done says nothing", () => {
  const button = open(null);

  expect(button).toBeEnabled();
  expect(button).not.toHaveAccessibleDescription();
});
