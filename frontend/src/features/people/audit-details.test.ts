import { describe, expect, it } from "vitest";

import { detailsOf } from "./audit-details";

describe("the details of an audit entry", () => {
  it.each([
    ["change_person", { role: ["labeler", "admin"] }, [{ name: "Role", words: "labeler → admin" }]],
    ["change_person", { skills: [[], ["law"]] }, [{ name: "Skills", words: "none → law" }]],
    ["change_person", { is_active: [true, false] }, [{ name: "Is active", words: "yes → no" }]],
    ["reject_candidate", { pool: null }, [{ name: "Pool", words: "none" }]],
    ["make_token", { scopes: ["read", "label"] }, [{ name: "Scopes", words: "read, label" }]],
    ["accept_candidate", { ranking_score: 0.9166666 }, [{ name: "Ranking score", words: "0.9167" }]],
    ["revoke_token", {}, []],
    ["prompt.labelers_asked", { num_asked: 2 }, [{ name: "Asked", words: "2" }]],
    [
      "promote_model_version",
      { was: "candidate", name: "SFT", stage: "current" },
      [{ name: "Name", words: "SFT" }, { name: "Stage", words: "candidate → current" }],
    ],
  ])("%s with %j reads %j", (action, details, rows) => {
    expect(detailsOf({ action, details })).toEqual(rows);
  });
});
