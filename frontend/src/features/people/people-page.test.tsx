import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";

import type { Person } from "@/api/research-types";
import { amina, ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer, refusal } from "@/testing/server";

const ada: Person = {
  ...ruth,
  id: 1,
  email: "ada@example.org",
  display_name: "Ada Lind",
  role: "admin",
  is_active: true,
  imported_from: "",
  created_at: "2026-01-02T10:00:00Z",
  last_login: null,
  num_rankings: 0,
};
const labeler: Person = { ...ada, ...amina, num_rankings: 12 };

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf(ada) })
    .on("GET /api/people/", { body: { results: [ada, labeler], next: null } })
    .on("GET /api/invitations/", { body: { results: [], next: null } })
    .on("GET /api/tokens/", { body: { results: [], next: null } });
});

describe("people", () => {
  it("shows an invitation's whole link, and not again", async () => {
    server.on("POST /api/invitations/", {
      status: 201,
      body: {
        id: 5,
        email: "new@example.org",
        role: "labeler",
        pool: "held_out",
        state: "pending",
        created_at: "2026-01-02T10:00:00Z",
        expires_at: "2026-01-09T10:00:00Z",
        path: "/join#token=s3cret",
      },
    });
    const { user } = renderApp("/people");
    await user.click(await screen.findByRole("button", { name: "Invite somebody" }));
    const dialog = await screen.findByRole("dialog");
    await user.type(within(dialog).getByLabelText("Email"), "new@example.org");
    await user.selectOptions(within(dialog).getByLabelText("Pool"), "Held-out");
    await user.click(within(dialog).getByRole("button", { name: "Make the link" }));

    const link = `${window.location.origin}/join#token=s3cret`;
    expect(await within(dialog).findByText(link)).toBeInTheDocument();
    expect(within(dialog).getByRole("button", { name: "Copy link" })).toBeInTheDocument();
    expect(server.sent("POST /api/invitations/")[0]?.body).toEqual({
      email: "new@example.org",
      role: "labeler",
      pool: "held_out",
    });

    await user.click(within(dialog).getByRole("button", { name: "Done" }));
    await waitFor(() => expect(screen.queryByText(link)).not.toBeInTheDocument());
    await user.click(screen.getByRole("button", { name: "Invite somebody" }));
    expect(await screen.findByLabelText("Email")).toHaveValue("");
    expect(screen.queryByText(link)).not.toBeInTheDocument();
  });

  it("says what a lockout does and sends only what was changed", async () => {
    server.on(`PATCH /api/people/${labeler.id}/`, { body: { ...labeler, is_active: false } });
    const { user } = renderApp("/people");
    await user.click(await screen.findByRole("button", { name: "Change Amina Osei" }));
    await user.click(await screen.findByLabelText("May sign in"));
    expect(screen.getByText(/signed out everywhere at once/)).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Confirm the change" }));
    await waitFor(() =>
      expect(server.sent(`PATCH /api/people/${labeler.id}/`)[0]?.body).toEqual({ is_active: false }),
    );
  });

  it("shows why a change was refused, beside its field", async () => {
    server.on(
      `PATCH /api/people/${labeler.id}/`,
      refusal(409, "pool_fixed", "They have judged already.", { fields: { pool: ["Fixed by now."] } }),
    );
    const { user } = renderApp("/people");
    await user.click(await screen.findByRole("button", { name: "Change Amina Osei" }));
    await user.selectOptions(within(await screen.findByRole("dialog")).getByLabelText("Pool"), "Held-out");
    await user.click(screen.getByRole("button", { name: "Confirm the change" }));
    expect(await screen.findByText("Fixed by now.")).toBeInTheDocument();
    expect(screen.getByRole("alert")).toHaveTextContent("They have judged already.");
  });

  it("puts the filters into the address", async () => {
    const { user, router } = renderApp("/people");
    const filters = within(await screen.findByRole("search"));
    await user.selectOptions(filters.getByLabelText("Role"), "Researcher");
    await user.type(filters.getByLabelText("Search"), "osei");
    await waitFor(() => expect(router.state.location.search).toBe("?role=researcher&search=osei"));
  });

  it("offers a researcher nothing to change about others", async () => {
    server.on("GET /api/session/", { body: sessionOf(ruth) });
    renderApp("/people");
    expect(await screen.findByText("Amina Osei")).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Invite somebody" })).not.toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Change Amina Osei" })).not.toBeInTheDocument();
    expect(server.sent("GET /api/invitations/")).toHaveLength(0);
  });

  it("shows a new token once and leaves simulated labelers' tokens out of one's own", async () => {
    const token = {
      id: 3,
      user: ada.id,
      name: "nightly",
      prefix: "cnc_abcdefgh",
      scopes: ["read"],
      created_at: "2026-01-02T10:00:00Z",
      expires_at: "2026-02-01T10:00:00Z",
      last_used_at: null,
    };
    const others = { ...token, id: 4, user: 99, name: "simulated labeler 1" };
    server
      .on("GET /api/tokens/", { body: { results: [others], next: null } })
      .on("POST /api/tokens/", { status: 201, body: { ...token, token: "cnc_abcdefghSECRET" } });
    const { user } = renderApp("/people");
    expect(await screen.findByText("You have no token")).toBeInTheDocument();
    expect(screen.queryByText("simulated labeler 1")).not.toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "New token" }));
    await user.type(await screen.findByLabelText("Name"), "nightly");
    await user.click(screen.getByRole("checkbox", { name: "Manage" }));
    await user.click(screen.getByRole("button", { name: "Make the token" }));
    expect(await screen.findByText("cnc_abcdefghSECRET")).toBeInTheDocument();
    expect(server.sent("POST /api/tokens/")[0]?.body).toEqual({
      name: "nightly",
      scopes: ["read", "manage"],
      expires_in_days: 30,
    });
  });
});
