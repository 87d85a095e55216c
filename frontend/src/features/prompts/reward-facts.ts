import type { CompletionReward } from "@/api/training-types";
import { formatMeasure } from "@/components/formats";

/** A completion's reward by every model that scored it, and its place among the prompt's others. */
export function rewardFacts(
  completionId: number,
  rewards: CompletionReward[],
): { name: string; value: string }[] {
  return rewards
    .filter(({ completion_id: id }) => id === completionId)
    .map(({ reward, reward_model: model }) => {
      const rivals = rewards.filter((other) => other.reward_model.id === model.id);
      const place = 1 + rivals.filter((other) => other.reward > reward).length;
      const among = rivals.length > 1 ? `, ${place} of ${rivals.length}` : "";
      return { name: `Reward by ${model.name}`, value: `${formatMeasure(reward)}${among}` };
    });
}
