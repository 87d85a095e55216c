import { screen } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";

import { amina, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { noScreening, ownScreening } from "@/testing/screening";
import { FakeServer, refusal } from "@/testing/server";

let server: FakeServer;
let isSignedIn: boolean;

beforeEach(() => {
  isSignedIn = false;
  const enter = () => {
    isSignedIn = true;
    return { body: { user: amina } };
  };
  server = new FakeServer()
    .install()
    .on("GET /api/session/", () => ({ body: sessionOf(isSignedIn ? amina : null) }))
    .on("POST /api/session/redeem/", enter)
    .on("POST /api/invitations/accept/", enter)
    .on("POST /api/session/sign-out/", () => {
      isSignedIn = false;
      return { status: 204 };
    })
    .on("GET /api/screening/", { body: noScreening })
    .on("GET /api/labeling/projects/", { body: { results: [], next: null } })
    .on("GET /api/assignments/history/", { body: { results: [], next: null } });
});

function openLink(path: string) {
  window.history.replaceState(null, "", path);
  return renderApp(path);
}

describe("signing in", () => {
  test("a link opens the door once, and its token leaves the address", async () => {
    openLink("/sign-in#token=secret-1");

    expect(await screen.findByText("No project is open for you yet")).toBeVisible();
    expect(server.sent("POST /api/session/redeem/").map(({ body }) => body)).toEqual([
      { token: "secret-1" },
    ]);
    expect(window.location.href).not.toContain("secret-1");
  });

  test("a page asked for before signing in is opened after it", async () => {
    const { user, router } = openLink("/history");
    await user.type(await screen.findByLabelText("Your sign-in link"), "secret-2");
    await user.click(screen.getByRole("button", { name: "Sign in" }));

    expect(await screen.findByRole("heading", { name: "My answers" })).toBeVisible();
    expect(router.state.location.pathname).toBe("/history");
  });

  test.each([
    ["link_used", "This link was used before"],
    ["link_expired", "This link has expired"],
    ["link_unknown", "This link is not known"],
    ["account_inactive", "This account is switched off"],
  ])("%s is said as %j, and another link can be pasted", async (code, title) => {
    server.on("POST /api/session/redeem/", refusal(422, code, "Ask an admin for a new one."));
    openLink("/sign-in#token=old");

    expect(await screen.findByText(title)).toBeVisible();
    expect(screen.getByText("Ask an admin for a new one.")).toBeVisible();
    expect(screen.getByLabelText("Your sign-in link")).toBeEnabled();
  });

  test("without a connection the link is not blamed", async () => {
    server.on("POST /api/session/redeem/", { status: 502, body: null });
    openLink("/sign-in#token=good");

    expect(await screen.findByText(/Your link is not used up/)).toBeVisible();
  });

  test("what is no link is not sent", async () => {
    const { user } = openLink("/sign-in");
    await user.type(await screen.findByLabelText("Your sign-in link"), "https://example.org/sign-in");
    await user.click(screen.getByRole("button", { name: "Sign in" }));

    expect(screen.getByText(/That is not a sign-in link/)).toBeVisible();
    expect(server.sent("POST /api/session/redeem/")).toHaveLength(0);
  });

  test("a session that ends while working leads back to the door", async () => {
    isSignedIn = true;
    server.on("GET /api/labeling/projects/", refusal(401, "not_signed_in", "Sign in first."));
    renderApp("/label");

    expect(await screen.findByRole("heading", { name: "Sign in" })).toBeVisible();
  });
});

test("signing out leads to the door and forgets the person", async () => {
  isSignedIn = true;
  const { user } = renderApp("/label");
  await user.click(await screen.findByRole("button", { name: "Amina Osei" }));
  await user.click(await screen.findByRole("menuitem", { name: "Sign out" }));

  expect(await screen.findByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(server.sent("POST /api/session/sign-out/")).toHaveLength(1);
});

describe("joining", () => {
  test("an invitation asks for a name and signs in", async () => {
    const { user } = openLink("/join#token=invited");
    await user.type(await screen.findByLabelText(/Your name/), "Amina Osei");
    await user.click(screen.getByRole("button", { name: "Join" }));

    expect(await screen.findByText("No project is open for you yet")).toBeVisible();
    expect(server.sent("POST /api/invitations/accept/")[0]?.body).toEqual({
      token: "invited",
      display_name: "Amina Osei",
    });
    expect(window.location.href).not.toContain("invited");
  });

  test("who was invited with a screening begins there", async () => {
    server.on("GET /api/screening/", { body: ownScreening() });
    const { user } = openLink("/join#token=invited");
    await user.type(await screen.findByLabelText(/Your name/), "Amina Osei");
    await user.click(screen.getByRole("button", { name: "Join" }));

    expect(await screen.findByRole("heading", { name: "Your screening" })).toBeVisible();
  });

  test("an invitation that was accepted before says so", async () => {
    server.on(
      "POST /api/invitations/accept/",
      refusal(422, "invitation_used", "Ask an admin for a sign-in link."),
    );
    const { user } = openLink("/join#token=invited");
    await user.type(await screen.findByLabelText(/Your name/), "Amina");
    await user.click(screen.getByRole("button", { name: "Join" }));

    expect(await screen.findByText("This link was used before")).toBeVisible();
  });

  test("an address without a token is said to be incomplete", async () => {
    openLink("/join");

    expect(await screen.findByText(/This address is not complete/)).toBeVisible();
  });
});
