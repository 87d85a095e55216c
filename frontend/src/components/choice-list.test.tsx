import { screen, within } from "@testing-library/react";
import { useState } from "react";
import { expect, test } from "vitest";

import { renderRoutes } from "@/testing/render";

import { ChoiceList } from "./choice-list";

const choices = [
  { id: 3, label: "ppo-1", description: "120 completions" },
  { id: 7, label: "sft-2", description: "1 completion" },
];

function Form() {
  const [chosen, setChosen] = useState([7]);
  return (
    <>
      <ChoiceList label="Models" error="Choose two." choices={choices} chosen={chosen} onChange={setChosen} />
      <output>{chosen.join(" ")}</output>
    </>
  );
}

test("each choice is taken and left by its own check box, and the list carries name and message", async () => {
  const { user } = renderRoutes([{ path: "/", element: <Form /> }], "/");
  const list = await screen.findByRole("group", { name: "Models" });

  await user.click(within(list).getByRole("checkbox", { name: /ppo-1/ }));
  expect(screen.getByRole("status")).toHaveTextContent("7 3");

  await user.click(within(list).getByRole("checkbox", { name: /sft-2/ }));
  expect(screen.getByRole("status")).toHaveTextContent(/^3$/);
  expect(screen.getByText("Choose two.")).toBeInTheDocument();
});
