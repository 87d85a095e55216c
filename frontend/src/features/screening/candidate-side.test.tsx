import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";

import type { TextToFlag } from "@/api/screening-types";
import { amina, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { finishedScreening, noScreening, ownScreening, texts } from "@/testing/screening";
import { FakeServer, refusal } from "@/testing/server";

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf(amina) })
    .on("GET /api/screening/", { body: ownScreening() })
    .on("GET /api/screening/texts/", { body: texts })
    .on("GET /api/labeling/projects/", { body: { results: [], next: null } });
});

describe("the consent", () => {
  const asked = { version: 2, title: "Taking part", body: "What happens with your answers.", agreed_at: null };

  it("is read whole and agreed to once, and leads back to where the labeler came from", async () => {
    server
      .on("GET /api/consent/", { body: { consent: asked, is_needed: true } })
      .on("POST /api/consent/", { status: 204 });
    const { user, router } = renderApp("/history");
    server.on("GET /api/assignments/history/", { body: { results: [], next: null } });
    await router.navigate("/consent", { state: { from: "/history" } });

    expect(await screen.findByRole("heading", { name: "Taking part" })).toBeVisible();
    expect(await screen.findByText("What happens with your answers.")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "I agree" }));

    await waitFor(() => expect(router.state.location.pathname).toBe("/history"));
    expect(server.sent("POST /api/consent/").map(({ body }) => body)).toEqual([{ version: 2 }]);
  });

  it("says what declining means, and asks nothing for it", async () => {
    server.on("GET /api/consent/", { body: { consent: asked, is_needed: true } });
    renderApp("/consent");

    expect(await screen.findByRole("heading", { name: "If you do not agree" })).toBeVisible();
    expect(screen.getByText(/Your account stays as it is and simply gets no tasks/)).toBeVisible();
    expect(screen.getByRole("link", { name: "Not now" })).toBeVisible();
  });

  it("shows the newer version when one came meanwhile", async () => {
    let version = 2;
    server
      .on("GET /api/consent/", () => ({
        body: { consent: { ...asked, version, body: `Text ${version}` }, is_needed: true },
      }))
      .on("POST /api/consent/", () => {
        version = 3;
        return refusal(409, "consent_changed", "Version 3 has come out: read that one.");
      });
    const { user } = renderApp("/consent");
    await user.click(await screen.findByRole("button", { name: "I agree" }));

    expect(await screen.findByText("Version 3 has come out: read that one.")).toBeVisible();
    expect(await screen.findByText("Text 3")).toBeVisible();
  });

  it("says when somebody agreed", async () => {
    const agreed = { ...asked, agreed_at: "2026-02-03T10:00:00Z" };
    server.on("GET /api/consent/", { body: { consent: agreed, is_needed: false } });
    renderApp("/consent");

    expect(await screen.findByText("You agreed to this version on 3 Feb 2026.")).toBeVisible();
    expect(screen.queryByRole("button", { name: "I agree" })).not.toBeInTheDocument();
  });
});

describe("the way through a screening", () => {
  it("shows four parts, how far each is, and no score", async () => {
    renderApp("/screening");

    const parts = within(await screen.findByRole("list")).getAllByRole("listitem");
    expect(parts.map((part) => within(part).getByRole("heading").textContent)).toEqual([
      "Recognise sensitive texts",
      "Rank answers",
      "Write answers",
      "Topics and groups you know",
    ]);
    expect(within(parts[0]!).getByText("1 of 3")).toBeVisible();
    expect(within(parts[0]!).getByRole("link", { name: "Go on" })).toHaveAttribute(
      "href",
      "/screening/texts",
    );
    expect(within(parts[1]!).getByText("Done")).toBeVisible();
    expect(within(parts[2]!).getByRole("link", { name: "Start" })).toHaveAttribute("href", "/label/32");
    expect(screen.getByRole("main")).not.toHaveTextContent(/score|cut-off|%/i);
  });

  it("keeps topics in the candidate's own words, one per line", async () => {
    server.on("PUT /api/screening/declaration/", {
      body: ownScreening({ topics: ["Law", "Caste and class"], cultural_groups: [] }),
    });
    const { user } = renderApp("/screening");
    await user.type(await screen.findByLabelText("Topics"), "Law\n  Caste and  class\n\nLAW");
    await user.click(screen.getByRole("button", { name: "Save" }));

    expect(await screen.findByText("Saved")).toBeVisible();
    expect(screen.getByLabelText("Topics")).toHaveValue("Law\nCaste and class");
    expect(server.sent("PUT /api/screening/declaration/")[0]?.body).toEqual({
      topics: ["Law", "Caste and  class", "LAW"],
      cultural_groups: [],
    });
  });

  it("cannot be handed in before the parts are done", async () => {
    renderApp("/screening");

    expect(await screen.findByRole("button", { name: "Hand in" })).toBeDisabled();
    expect(screen.getByText(/as soon as the first three parts are done/)).toBeVisible();
  });

  it("is handed in after one more question, and then waits", async () => {
    server
      .on("GET /api/screening/", { body: finishedScreening() })
      .on("POST /api/screening/submit/", { body: finishedScreening({ state: "submitted" }) });
    const { user } = renderApp("/screening");
    await user.click(await screen.findByRole("button", { name: "Hand in" }));
    const dialog = await screen.findByRole("dialog");
    expect(within(dialog).getByText(/You have named no topic/)).toBeInTheDocument();
    await user.click(within(dialog).getByRole("button", { name: "Hand in" }));

    expect(await screen.findByText("Thank you. Your screening is handed in")).toBeVisible();
  });

  it.each([
    ["accepted", "You are accepted", "Go to the tasks"],
    ["rejected", "You were not accepted this time", null],
  ] as const)("ends with: %s", async (state, title, link) => {
    server.on("GET /api/screening/", { body: finishedScreening({ state }) });
    renderApp("/screening");

    expect(await screen.findByRole("heading", { name: title })).toBeVisible();
    expect(screen.queryAllByRole("link", { name: "Go to the tasks" })).toHaveLength(link ? 1 : 0);
  });

  it("is where a candidate's start page leads, and nobody else's", async () => {
    const candidate = renderApp("/");
    expect(await screen.findByRole("heading", { name: "Your screening" })).toBeVisible();
    candidate.unmount();

    server.on("GET /api/screening/", { body: noScreening });
    const { router } = renderApp("/screening");
    await waitFor(() => expect(router.state.location.pathname).toBe("/label"));
  });
});

describe("flagging texts", () => {
  const answered: TextToFlag[] = texts.map((text) => ({ ...text, is_sensitive: true }));

  it("goes by key from text to text, stores each answer at once and chooses nothing itself", async () => {
    for (const { id } of texts) server.on(`PUT /api/screening/texts/${id}/`, { status: 204 });
    const { user } = renderApp("/screening/texts");
    expect(await screen.findByText("An insult.")).toBeVisible();
    expect(screen.getByRole("button", { name: "Sensitive" })).toHaveAttribute("aria-pressed", "false");
    expect(screen.getByRole("button", { name: "Not sensitive" })).toHaveAttribute("aria-pressed", "false");

    await user.keyboard("y");
    expect(await screen.findByText("A recipe.")).toBeVisible();
    await user.keyboard("n");
    expect(await screen.findByText("A threat.")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Sensitive" }));

    expect(await screen.findByText("All 3 texts are answered")).toBeVisible();
    await waitFor(() =>
      expect(
        server.requests.filter(({ method }) => method === "PUT").map(({ path, body }) => [path, body]),
      ).toEqual([
        ["/api/screening/texts/10/", { is_sensitive: true }],
        ["/api/screening/texts/11/", { is_sensitive: false }],
        ["/api/screening/texts/12/", { is_sensitive: true }],
      ]),
    );
  });

  it("begins at the first open text, and going back shows what was said", async () => {
    server.on("GET /api/screening/texts/", { body: [{ ...texts[0], is_sensitive: false }, ...texts.slice(1)] });
    const { user } = renderApp("/screening/texts");
    expect(await screen.findByText("A recipe.")).toBeVisible();

    await user.keyboard("{ArrowLeft}");

    expect(screen.getByText("An insult.")).toBeVisible();
    expect(screen.getByRole("button", { name: "Not sensitive" })).toHaveAttribute("aria-pressed", "true");
  });

  it("brings a text back whose answer could not be stored", async () => {
    server.on("PUT /api/screening/texts/10/", refusal(409, "screening_submitted", "You have handed in."));
    const { user } = renderApp("/screening/texts");
    await screen.findByText("An insult.");

    await user.keyboard("y");

    expect(await screen.findByText("This answer was not stored")).toBeVisible();
    expect(screen.getByText("An insult.")).toBeVisible();
    expect(screen.getByRole("button", { name: "Sensitive" })).toHaveAttribute("aria-pressed", "false");
  });

  it("leads back to the screening when all are answered", async () => {
    server.on("GET /api/screening/texts/", { body: answered });
    renderApp("/screening/texts");

    const links = await screen.findAllByRole("link", { name: /screening/i });
    expect(links.at(-1)).toHaveAttribute("href", "/screening");
  });
});
