import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";

import type { EvaluationPlan } from "@/api/research-types";
import { detail, evaluation, mean, over, ppo, sft } from "@/testing/evaluations";
import { ruth, sessionOf } from "@/testing/people";
import { renderApp } from "@/testing/render";
import { FakeServer, refusal } from "@/testing/server";
import { catalogue } from "@/testing/tasks";
import { prompts as frozen } from "@/testing/training";

const plan: EvaluationPlan = {
  baseline: sft,
  num_tasks: 40,
  num_slots: 40,
  num_beyond: 0,
  num_left_out: 3,
  reasons: [{ reason: "seen_in_training", sources: ["ppo-1"], num_prompts: 3 }],
  left_out: [{ prompt_id: 31, reason: "seen_in_training", sources: ["ppo-1"] }],
  tasks_by_source: [
    { ...sft, num_tasks: 40 },
    { ...ppo, num_tasks: 40 },
  ],
  without_lineage: [],
};

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf({ ...ruth, role: "admin" }) })
    .on("GET /api/catalogue/", { body: catalogue })
    .on("GET /api/evaluations/", { body: { results: [evaluation], next: null } })
    .on("GET /api/evaluations/12/", { body: detail })
    .on("GET /api/evaluations/defaults/", {
      body: {
        baseline: sft,
        k: 5,
        priority_mode: "truth_harmless_first",
        instructions: [
          { kind: "ranking", title: "Final evaluation", body: "Truth first." },
          { kind: "toxicity", title: "Rating toxicity", body: "Rate the input." },
        ],
      },
    })
    .on("GET /api/completion-sources/", {
      body: {
        results: [
          { ...ppo, kind: "model_version", num_completions: 400 },
          { ...sft, kind: "model_version", num_completions: 400 },
        ],
        next: null,
      },
    })
    .on("GET /api/snapshots/", {
      body: {
        results: [
          { ...frozen, id: "kept", kind: "eval", name: "Held out, spring" },
          { ...frozen, name: "To train on" },
        ],
        next: null,
      },
    })
    .on("POST /api/evaluations/preview/", { body: plan });
});

describe("the list", () => {
  test("names what is compared with what, and how far it is", async () => {
    renderApp("/evaluations");

    const row = await screen.findByRole("row", { name: /Policies, spring/ });
    expect(row).toHaveTextContent("ppo-1");
    expect(row).toHaveTextContent("with sft-2");
    expect(row).toHaveTextContent("120 of 200 answers");
    expect(row).toHaveTextContent("20 in work");
    expect(screen.getByRole("link", { name: "Evaluations" })).toBeVisible();
  });

  test("without one it says what an evaluation is; a researcher cannot open one", async () => {
    server
      .on("GET /api/session/", { body: sessionOf(ruth) })
      .on("GET /api/evaluations/", { body: { results: [], next: null } });
    renderApp("/evaluations");

    expect(await screen.findByText("There is no evaluation yet")).toBeVisible();
    expect(screen.queryByRole("link", { name: "New evaluation" })).not.toBeInTheDocument();
  });
});

describe("one evaluation", () => {
  test("draws win rates and means with interval and n, the baseline apart (R35)", async () => {
    renderApp("/evaluations/12");

    const rates = await screen.findByRole("group", { name: "Win rate against sft-2" });
    expect(within(rates).getByRole("img")).toHaveAccessibleName("ppo-1: 73.4%, 95% interval 68.4% to 78.4%");
    expect(rates).toHaveTextContent("120 tasks on 100 prompts");
    expect(within(rates).getByRole("link", { name: "ppo-1" })).toHaveAttribute(
      "href",
      `/win-rates/rankings?project=12&model=${ppo.id}&other=${sft.id}`,
    );
    const quality = screen.getByRole("group", { name: "Overall quality" });
    expect(quality).toHaveTextContent("sft-2 (baseline)");
    expect(screen.getByText(/A tie counts one half\./)).toBeVisible();
  });

  test("gives the share of each flag per model, and says where nobody was asked", async () => {
    renderApp("/evaluations/12");

    const fails = await screen.findByRole("row", { name: /Fails to follow/ });
    expect(fails).toHaveTextContent("10.0%5.0 to 15.0n 120");
    expect(within(fails).getByRole("link", { name: /yes of ppo-1: Fails to follow/ })).toHaveAttribute(
      "href",
      `/win-rates/rankings?project=12&model=${ppo.id}&said=fails_instruction`,
    );
    expect(screen.getByRole("button", { name: /^Download What was said in .* as CSV$/ })).toBeVisible();
    expect(screen.getByRole("row", { name: /Hallucination/ })).toHaveTextContent("not asked");
    expect(document.body).not.toHaveTextContent("NaN");
  });

  test("a mean or share over several sizes of a model says over which (R37)", async () => {
    const [baseline, policy] = detail.models;
    const sizes = [{ ...ppo, name: "ppo 1.3B" }, { id: 9, name: "ppo 6B" }];
    const flags = policy?.flags.map((one) => ({ ...one, models: sizes })) ?? [];
    server.on("GET /api/evaluations/12/", {
      body: { ...detail, models: [baseline, { ...policy, likert: over(mean(5.2), ...sizes), flags }] },
    });
    renderApp("/evaluations/12");

    const quality = await screen.findByRole("group", { name: "Overall quality" });
    expect(within(quality).getByText("120 judgments on 100 prompts, of ppo 1.3B and ppo 6B together")).toBeVisible();
    expect(within(quality).getByText("120 judgments on 100 prompts")).toBeVisible();
    expect(screen.getByRole("row", { name: /Fails to follow/ })).toHaveTextContent(
      "n 12010.0%5.0 to 15.0n 120 together ofppo 1.3Bppo 6B",
    );
    expect(screen.getByRole("row", { name: /Hallucination/ })).not.toHaveTextContent("together");
    const parts = sizes.map(({ id }) => `/win-rates/rankings?project=12&model=${id}`);
    const ofPart = within(quality).getAllByRole("link", { name: /its part of the rankings/ });
    expect(ofPart.map((one) => one.getAttribute("href"))).toEqual(parts);
    const flag = within(screen.getByRole("row", { name: /Fails to follow/ })).getAllByRole("link", { name: /^ppo .*B: / });
    expect(flag.map((one) => one.getAttribute("href"))).toEqual(parts.map((one) => `${one}&said=fails_instruction`));
    expect(screen.getAllByText(/Sizes of one model are taken together/).length).toBeGreaterThan(1);
  });

  test("many models are counted above the figures and named below them", async () => {
    const models = ["a", "b", "c", "d"].map((name, place) => ({ id: 20 + place, name }));
    server.on("GET /api/evaluations/12/", { body: { ...detail, evaluation: { ...evaluation, models } } });
    renderApp("/evaluations/12");

    expect(await screen.findByText(/^4 models against sft-2\./)).toBeVisible();
    expect(screen.getByRole("region", { name: "What is judged" })).toHaveTextContent("a, b, c and d");
  });

  test("a share without an interval says so, and why is said below the table", async () => {
    const reason = "Every prompt gives the same value.";
    const never = mean(0, { low: null, high: null, reason_no_interval: reason });
    const flags = [{ key: "fails_instruction", label: "Fails to follow", ...over(never, ppo) }];
    server.on("GET /api/evaluations/12/", {
      body: { ...detail, models: detail.models.map((model) => ({ ...model, flags })) },
    });
    renderApp("/evaluations/12");

    expect(await screen.findByRole("row", { name: /Fails to follow/ })).toHaveTextContent("0.0%no intervaln 120");
    expect(screen.getByText(`2 shares: no interval. ${reason}`)).toBeVisible();
  });

  test("a figure that is not defined says why", async () => {
    const [baseline, policy] = detail.models;
    const unranked = mean(null, { reason_undefined: "No sealed ranking shows it beside the baseline yet." });
    server.on("GET /api/evaluations/12/", {
      body: { ...detail, models: [baseline, { ...policy, win_rate: unranked }] },
    });
    renderApp("/evaluations/12");

    expect(await screen.findByText(/ppo-1: not defined\. No sealed ranking shows it/)).toBeVisible();
  });

  test("a toxicity evaluation shows its four scales (R39, R40)", async () => {
    const scales = ["toxicity", "relative_toxicity", "continuity"].map((key) => ({ key, label: key, figure: mean(1) }));
    server.on("GET /api/evaluations/12/", {
      body: {
        ...detail,
        evaluation: { ...evaluation, kind: "toxicity", toxicity_instruction: "respectful" },
        models: detail.models.map((model) => ({ ...model, likert: null, flags: [], scales })),
        input_toxicity: mean(1.2),
      },
    });
    renderApp("/evaluations/12");

    const input = await screen.findByRole("group", { name: "Toxicity of the input" });
    expect(input).toHaveTextContent("1.200");
    for (const { label } of catalogue.toxicity_scales) {
      expect(screen.getByRole("heading", { name: label })).toBeVisible();
    }
    expect(screen.queryByText("Overall quality")).not.toBeInTheDocument();
    expect(screen.getByText("Respectful")).toBeVisible();
    expect(within(input).getByRole("link", { name: "The inputs" })).toHaveAttribute("href", "/evaluations/12/inputs");
  });

  test("scales that could not be loaded can be asked for again", async () => {
    server
      .on("GET /api/catalogue/", refusal(403, "forbidden", "Not yours."))
      .on("GET /api/evaluations/12/", {
        body: {
          ...detail,
          evaluation: { ...evaluation, kind: "toxicity", toxicity_instruction: "respectful" },
          models: detail.models.map((model) => ({ ...model, likert: null, flags: [], scales: [] })),
        },
      });
    const { user } = renderApp("/evaluations/12");
    expect(await screen.findByText("Not yours.")).toBeVisible();

    server.on("GET /api/catalogue/", { body: catalogue });
    await user.click(screen.getByRole("button", { name: "Try again" }));

    expect(await screen.findByRole("region", { name: "Toxicity of the input" })).toHaveTextContent(
      "not defined: No sealed judgment answers this yet.",
    );
  });

  test("the rows behind the toxicity of the inputs say it in words and lead to their rankings", async () => {
    server.on("GET /api/evaluations/12/inputs/", {
      body: {
        results: [
          {
            id: "0000002a-0000-4000-8000-00000000002a",
            labeler: { id: 5, display_name: "Amina Rahman" },
            excerpt: "They are all the same",
            input_toxicity: 2,
            submitted_at: "2026-03-01T09:00:00Z",
          },
        ],
        next: null,
      },
    });
    renderApp("/evaluations/12/inputs?simulated=yes");

    const table = await screen.findByRole("table", { name: "Rated inputs" });
    expect(within(table).getByRole("link", { name: "They are all the same" })).toHaveAttribute(
      "href",
      "/rankings/0000002a-0000-4000-8000-00000000002a",
    );
    expect(await within(table).findByText("Clearly toxic")).toBeVisible();
    expect(screen.getByRole("link", { name: "Evaluation" })).toHaveAttribute("href", "/evaluations/12?simulated=yes");
    await expect.poll(() => server.sent("GET /api/evaluations/12/inputs/")[0]?.query).toBe("?include_simulated=true");
  });

  test("with simulated labelers, the rankings behind a figure are theirs as well", async () => {
    renderApp("/evaluations/12?simulated=yes");

    const rates = await screen.findByRole("group", { name: "Win rate against sft-2" });
    expect(within(rates).getByRole("link", { name: "ppo-1" })).toHaveAttribute(
      "href",
      `/win-rates/rankings?project=12&model=${ppo.id}&other=${sft.id}&simulated=yes`,
    );
  });

  test("counts simulated labelers only when asked, and keeps that in the address", async () => {
    const { user, router } = renderApp("/evaluations/12");

    await user.selectOptions(
      await screen.findByRole("combobox", { name: "Simulated labelers" }),
      "Counted among the people",
    );

    expect(router.state.location.search).toBe("?simulated=yes");
    await waitFor(() => expect(server.sent("GET /api/evaluations/12/")).toHaveLength(2));
  });

  test("an admin adds prompts and reads what was left out", async () => {
    server.on("POST /api/evaluations/12/tasks/", { status: 201, body: { ...plan, num_tasks: 5, num_slots: 10 } });
    const { user } = renderApp("/evaluations/12");

    await user.click(await screen.findByRole("button", { name: "Make tasks" }));

    expect(await screen.findByText("5 tasks, waiting for 10 answers.")).toBeVisible();
    expect(screen.getByText("3 prompts were seen in training of ppo-1.")).toBeVisible();
    expect(server.sent("POST /api/evaluations/12/tasks/")[0]?.body).toMatchObject({
      num_prompts: 200,
      split: "validation",
    });
  });

  test("an admin adds the prompts that a snapshot keeps for evaluation, and no other's (R49)", async () => {
    server.on("POST /api/evaluations/12/tasks/", { status: 201, body: { ...plan, num_tasks: 5, num_slots: 10 } });
    const { user } = renderApp("/evaluations/12");
    const choice = await screen.findByRole("combobox", { name: "Frozen prompts" });
    await within(choice).findByRole("option", { name: "Held out, spring" });

    await user.selectOptions(choice, "Held out, spring");
    await user.click(screen.getByRole("button", { name: "Make tasks" }));

    await screen.findByText("5 tasks, waiting for 10 answers.");
    expect(within(choice).queryByRole("option", { name: "To train on" })).not.toBeInTheDocument();
    expect(server.sent("POST /api/evaluations/12/tasks/")[0]?.body).toMatchObject({ snapshot: "kept" });
  });
});

describe("a new evaluation", () => {
  test("shows what would be made and why prompts are left out before anything is (R36)", async () => {
    const { user } = renderApp("/evaluations/new");
    const preview = await screen.findByRole("complementary", { name: "What would be made" });
    expect(preview).toHaveTextContent("Choose at least one model to compare.");

    await user.click(screen.getByRole("checkbox", { name: /ppo-1/ }));

    expect(await within(preview).findByText("40 tasks, waiting for 40 answers.")).toBeVisible();
    expect(preview).toHaveTextContent("3 prompts were seen in training of ppo-1.");
    expect(within(preview).getByRole("button", { name: "Open the evaluation" })).toBeDisabled();
    expect(screen.queryByRole("checkbox", { name: /sft-2/ })).not.toBeInTheDocument();
  });

  test("is opened as the form says and then shown", async () => {
    server.on("POST /api/evaluations/", { status: 201, body: { id: 12, plan } });
    const { user, router } = renderApp("/evaluations/new?source=8");

    await user.type(await screen.findByRole("textbox", { name: "Name" }), "Policies, spring");
    await user.selectOptions(screen.getByRole("combobox", { name: "What labelers do" }), "Toxicity");
    expect(screen.getByRole("textbox", { name: "Title of the instructions" })).toHaveValue("Rating toxicity");
    await user.click(await screen.findByRole("button", { name: "Open the evaluation" }));

    await waitFor(() => expect(router.state.location.pathname).toBe("/evaluations/12"));
    expect(server.sent("POST /api/evaluations/")[0]?.body).toMatchObject({
      name: "Policies, spring",
      kind: "toxicity",
      baseline_source: 3,
      sources: [8],
      toxicity_instruction: "none",
      priority_mode: "truth_harmless_first",
    });
  });

  test("a refusal stands at its field and keeps the form", async () => {
    server.on(
      "POST /api/evaluations/",
      refusal(409, "name_taken", "There is already a project called that.", { fields: { name: ["Taken."] } }),
    );
    const { user } = renderApp("/evaluations/new?source=8");

    await user.type(await screen.findByRole("textbox", { name: "Name" }), "Old");
    await user.click(await screen.findByRole("button", { name: "Open the evaluation" }));

    expect(await screen.findByText("Taken.")).toBeVisible();
    expect(screen.getByRole("textbox", { name: "Name" })).toHaveValue("Old");
  });
});
