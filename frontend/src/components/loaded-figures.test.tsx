import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { bodyOf, api } from "@/api/client";
import { renderRoutes } from "@/testing/render";
import { FakeServer, refusal } from "@/testing/server";

import { LoadedFigures } from "./loaded-figures";

function Page() {
  const overview = useQuery({
    queryKey: ["overview"],
    queryFn: () => bodyOf(api.GET("/api/overview/")),
    retry: false,
  });
  return (
    <>
      <Button onClick={() => void overview.refetch()}>Renew</Button>
      <LoadedFigures query={overview} skeleton={<p>Waiting</p>}>
        {({ prompts }) => <p>{prompts} prompts</p>}
      </LoadedFigures>
    </>
  );
}

test("figures that could not be renewed stay, and it is said why they are old", async () => {
  const server = new FakeServer().install().on("GET /api/overview/", { body: { prompts: 120 } });
  const { user } = renderRoutes([{ path: "/", element: <Page /> }], "/");
  expect(await screen.findByText("120 prompts")).toBeVisible();
  expect(screen.queryByRole("status")).not.toBeInTheDocument();
  server.on("GET /api/overview/", refusal(503, "unavailable", "The database is not answering."));

  await user.click(screen.getByRole("button", { name: "Renew" }));

  expect(await screen.findByRole("status")).toHaveTextContent(
    "This could not be brought up to date. The database is not answering.",
  );
  expect(screen.getByText("120 prompts")).toBeVisible();
});

test("figures that never came are asked for again", async () => {
  const server = new FakeServer()
    .install()
    .on("GET /api/overview/", refusal(503, "unavailable", "The database is not answering."));
  const { user } = renderRoutes([{ path: "/", element: <Page /> }], "/");
  const again = await screen.findByRole("button", { name: "Try again" });
  server.on("GET /api/overview/", { body: { prompts: 7 } });

  await user.click(again);

  expect(await screen.findByText("7 prompts")).toBeVisible();
});
