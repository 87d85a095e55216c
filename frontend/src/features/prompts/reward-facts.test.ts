import { expect, test } from "vitest";

import { rewardFacts } from "./reward-facts";

function reward(completion: number, value: number, model = "judge") {
  return {
    completion_id: completion,
    reward: value,
    reward_model: { id: model, name: model },
    run_id: "r",
    scored_at: "2026-01-03T10:00:00Z",
  };
}

test("a reward says which place it has among the completions of the prompt", () => {
  const rewards = [reward(1, 0.5), reward(2, -1.25), reward(3, 2), reward(3, 7, "other")];
  expect(rewardFacts(1, rewards)).toEqual([{ name: "Reward by judge", value: "0.5, 2 of 3" }]);
  expect(rewardFacts(3, rewards)).toEqual([
    { name: "Reward by judge", value: "2, 1 of 3" },
    { name: "Reward by other", value: "7" },
  ]);
  expect(rewardFacts(4, rewards)).toEqual([]);
});

test("equal rewards share a place", () => {
  expect(rewardFacts(2, [reward(1, 1), reward(2, 1), reward(3, 0)])[0]?.value).toBe("1, 1 of 3");
});
