import { Button } from "@mantine/core";
import { screen } from "@testing-library/react";
import { useState } from "react";
import { expect, test } from "vitest";

import { renderRoutes } from "@/testing/render";

import { ConfirmButton } from "./confirm-button";
import { KeptFocus } from "./kept-focus";

function Deed({ asks }: { asks: boolean }) {
  const [isDone, setDone] = useState(false);
  const act = () => setDone(true);
  return (
    <>
      <KeptFocus label="The deed">
        {isDone && "Done."}
        {!isDone && !asks && <Button onClick={act}>Do it</Button>}
        {!isDone && asks && (
          <ConfirmButton
            label="Do it"
            question="Do it?"
            consequence="It is done."
            confirmLabel="Yes"
            isPending={false}
            onConfirm={act}
          />
        )}
      </KeptFocus>
      <Button>Something else</Button>
    </>
  );
}

function open(asks: boolean) {
  return renderRoutes([{ path: "/", element: <Deed asks={asks} /> }], "/");
}

test("the focus stays where the button was that went away", async () => {
  const { user } = open(false);
  await user.tab();
  await user.keyboard("{Enter}");

  expect(screen.getByRole("group", { name: "The deed" })).toHaveFocus();
  await user.tab();
  expect(screen.getByRole("button", { name: "Something else" })).toHaveFocus();
});

test("also when a dialog asked before", async () => {
  const { user } = open(true);
  await user.click(screen.getByRole("button", { name: "Do it" }));
  await user.click(await screen.findByRole("button", { name: "Yes" }));

  expect(await screen.findByText("Done.")).toBeVisible();
  await expect.poll(() => document.activeElement).toBe(screen.getByRole("group", { name: "The deed" }));
});

test("whoever has gone elsewhere meanwhile is left there", async () => {
  const { user } = open(true);
  await user.click(screen.getByRole("button", { name: "Do it" }));
  await user.click(await screen.findByRole("button", { name: "Leave it" }));
  await expect.poll(() => document.activeElement).toBe(screen.getByRole("button", { name: "Do it" }));

  await user.click(screen.getByRole("button", { name: "Something else" }));
  expect(screen.getByRole("button", { name: "Something else" })).toHaveFocus();
});
