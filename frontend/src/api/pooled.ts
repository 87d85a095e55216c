/** The names of the models that a figure is over together; none where it is over one. */
export function pooledOf({ models }: { models: { name: string }[] }): string[] {
  return models.length > 1 ? models.map(({ name }) => name) : [];
}

/** `of ppo 1.3B and ppo 6B together`; empty for the judgments of one model. */
export function pooledText(pooled: string[]): string {
  return pooled.length > 0 ? `of ${pooled.join(" and ")} together` : "";
}
