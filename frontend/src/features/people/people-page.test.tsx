import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";

import type { Person } from "@/api/research-types";
import { amina, ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { openScreening } from "@/testing/screening";
import { FakeServer, refusal } from "@/testing/server";

const ada: Person = {
  ...ruth,
  id: 1,
  email: "ada@example.org",
  display_name: "Ada Lind",
  role: "admin",
  is_active: true,
  imported_from: "",
  languages: [],
  skills: [],
  vendor: "",
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
    .on("GET /api/screenings/", { body: { results: [], next: null } })
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
        screening_name: null,
        vendor: "",
        languages: [],
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
      screening: null,
      languages: [],
      vendor: "",
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

  it("invites a candidate with a screening, a vendor and languages", async () => {
    server
      .on("GET /api/screenings/", {
        body: { results: [openScreening, { ...openScreening, id: 6, name: "Old", state: "closed" }], next: null },
      })
      .on("POST /api/invitations/", refusal(422, "no_screening", "There is no open screening."));
    const { user } = renderApp("/people");
    await user.click(await screen.findByRole("button", { name: "Invite somebody" }));
    const dialog = await screen.findByRole("dialog");
    await user.type(within(dialog).getByLabelText("Email"), "new@example.org");
    await user.type(within(dialog).getByLabelText("Languages"), "en, sw");
    await user.type(within(dialog).getByLabelText("Vendor"), "Acme");
    const choice = await within(dialog).findByLabelText("Screening");
    await within(choice).findByRole("option", { name: "Spring" });
    expect(within(choice).queryByRole("option", { name: "Old" })).not.toBeInTheDocument();
    await user.selectOptions(choice, "Spring");
    await user.click(within(dialog).getByRole("button", { name: "Make the link" }));

    expect(await within(dialog).findByText("There is no open screening.")).toBeInTheDocument();
    expect(server.sent("POST /api/invitations/")[0]?.body).toEqual({
      email: "new@example.org",
      role: "labeler",
      pool: "training",
      screening: 5,
      languages: ["en", "sw"],
      vendor: "Acme",
    });

    // Held-out labelers are never screened.
    await user.selectOptions(within(dialog).getByLabelText("Pool"), "Held-out");
    expect(within(dialog).queryByLabelText("Screening")).not.toBeInTheDocument();
  });

  it("changes languages and skills, and sends only those", async () => {
    server.on(`PATCH /api/people/${labeler.id}/`, { body: labeler });
    const { user } = renderApp("/people");
    await user.click(await screen.findByRole("button", { name: "Change Amina Osei" }));
    const dialog = await screen.findByRole("dialog");
    await user.type(within(dialog).getByLabelText("Skills"), "law, python");
    await user.click(within(dialog).getByRole("button", { name: "Confirm the change" }));

    await waitFor(() =>
      expect(server.sent(`PATCH /api/people/${labeler.id}/`)[0]?.body).toEqual({
        skills: ["law", "python"],
      }),
    );
  });

  it("shows who decided what about whom, and finds it by what it is about", async () => {
    server.on("GET /api/audit/", {
      body: {
        results: [
          {
            id: 1,
            actor_name: "Rosa",
            action: "accept_candidate",
            subject_kind: "candidacy",
            subject_id: "c0ffee",
            details: { code: "K7QM4D2P", pool: "training", reason: "Careful." },
            created_at: "2026-01-02T10:00:00Z",
          },
          {
            id: 2,
            actor_name: "Ada",
            action: "cancel_run",
            subject_kind: "run",
            subject_id: "beef",
            details: {},
            created_at: "2026-01-02T10:00:00Z",
          },
        ],
        next: null,
      },
    });
    const { user, router } = renderApp("/audit");

    const row = await screen.findByRole("row", { name: /Rosa/ });
    expect(within(row).getByText("Accept candidate")).toBeVisible();
    expect(within(row).getByText("Careful.")).toBeVisible();
    expect(within(row).getByRole("link", { name: "c0ffee" })).toHaveAttribute("href", "/candidates/c0ffee");
    expect(screen.getByRole("link", { name: "beef" })).toHaveAttribute("href", "/runs/beef");
    expect(within(screen.getByLabelText("About")).getByRole("option", { name: "Run" })).toBeInTheDocument();
    await user.selectOptions(screen.getByLabelText("About"), "Candidate");
    await waitFor(() => expect(router.state.location.search).toBe("?kind=candidacy"));
  });
});
