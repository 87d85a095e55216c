import { screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import { ruth, sessionOf } from "@/testing/people";
import { project } from "@/testing/projects";
import { renderApp } from "@/testing/render";
import { FakeServer } from "@/testing/server";

const version = { id: 9, version: 3, title: "Clearer", created_by: "Ada", created_at: "2026-03-05T08:00:00Z", num_readers: 2 };
const nothing = { results: [], next: null };

beforeEach(() => {
  new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf(ruth) })
    .on("GET /api/projects/", { body: { results: [project], next: null } })
    .on("GET /api/projects/4/instructions/", { body: { results: [version], next: null } })
    .on("GET /api/completion-sources/", { body: { results: [{ id: 5, name: "policy-a" }, { id: 6, name: "policy-b" }], next: null } })
    .on("GET /api/catalogue/", { body: { categories: [] } })
    .on("GET /api/agreement/rankings/", { body: nothing })
    .on("GET /api/agreement/counted/", { body: nothing })
    .on("GET /api/contested-prompts/", {
      body: {
        concordance_definition: "",
        concordance_interval_method: "",
        entropy_definition: "",
        num_prompts: 0,
        prompts: [],
        excluded: [],
      },
    });
});

test.each(["/agreement/contested", "/agreement/rankings", "/agreement/ratings", "/agreement/counted"])(
  "a version that another page chose is seen on %s and can be unchosen",
  async (path) => {
    const { user, router } = renderApp(`${path}?project=4&instructions=9`);
    const instructions = await screen.findByRole("combobox", { name: "Instructions" });
    await waitFor(() => expect(instructions).toHaveDisplayValue("Version 3: Clearer"));

    await user.selectOptions(instructions, "All versions");

    await waitFor(() => expect(router.state.location.search).toBe("?project=4"));
  },
);

test("another project takes no version of the last one along, on any page", async () => {
  const { user, router } = renderApp("/agreement/contested?project=4&instructions=9&pool=training");
  await screen.findByRole("option", { name: project.name });

  await user.selectOptions(screen.getByRole("combobox", { name: "Project" }), "All projects");

  await waitFor(() => expect(router.state.location.search).toBe("?pool=training"));
});

test("a choice that no list knows is seen as it stands, and can be unchosen", async () => {
  const { user, router } = renderApp("/agreement/contested?instructions=77&overlap=6");
  expect(await screen.findByRole("combobox", { name: "Instructions" })).toHaveDisplayValue("77");
  const overlap = screen.getByRole("combobox", { name: "Pairs judged by" });
  expect(overlap).toHaveDisplayValue("6");

  await user.selectOptions(overlap, "At least 2 labelers");

  await waitFor(() => expect(router.state.location.search).toBe("?instructions=77"));
});

test("a pair of models and an overlap are seen where they act, and only there", async () => {
  const { router } = renderApp("/agreement/rankings?source=5&other=6&overlap=3");
  await waitFor(() => expect(screen.getByRole("combobox", { name: "Pairs of" })).toHaveDisplayValue("policy-a"));
  expect(screen.getByRole("combobox", { name: "Paired with" })).toHaveDisplayValue("policy-b");
  expect(screen.getByRole("combobox", { name: "Pairs judged by" })).toHaveDisplayValue("At least 3 labelers");

  // All rankings of one labeler, whatever pairs they judged.
  await router.navigate("/agreement/rankings?source=5&other=6&labeler=7");

  await waitFor(() => expect(screen.queryByRole("combobox", { name: "Pairs of" })).not.toBeInTheDocument());
});

test("what a phone folds away says how much of it is chosen", async () => {
  const { user } = renderApp("/agreement/contested?project=4&pool=training&since=2026-03-02&tenth=0");
  const more = await screen.findByRole("button", { name: "More filters, 2 chosen" });
  expect(more).toHaveAttribute("aria-expanded", "false");

  await user.click(more);

  expect(more).toHaveAccessibleName("Fewer filters, 2 chosen");
  expect(more).toHaveAttribute("aria-expanded", "true");
});

test("labelers, flags and weeks that were clicked are named, and each goes when it is pressed", async () => {
  const { user, router } = renderApp("/agreement/rankings?labeler=7&with=8&flag=violent_content");
  await user.click(await screen.findByRole("button", { name: "labeler 7 and labeler 8: remove this filter" }));
  await waitFor(() => expect(router.state.location.search).toBe("?flag=violent_content"));
  await user.click(screen.getByRole("button", { name: "Said yes to: violent content: remove this filter" }));
  await waitFor(() => expect(router.state.location.search).toBe(""));
  // Whoever works by key goes on from there.
  expect(screen.getByRole("group", { name: "Filters" })).toHaveFocus();

  await router.navigate("/agreement/counted?figure=gold&week=2026-03-02");
  await user.click(await screen.findByRole("button", { name: "Week of 2026-03-02: remove this filter" }));
  await waitFor(() => expect(router.state.location.search).toBe("?figure=gold"));

  await router.navigate("/agreement/contested?tenth=0");
  await user.click(await screen.findByRole("button", { name: "Agreement of 0 to 10%: remove this filter" }));
  await waitFor(() => expect(router.state.location.search).toBe(""));
});
