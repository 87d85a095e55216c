export interface NamedModel {
  id: number;
  name: string;
}

/** A model that a figure is over together with others, and where its rankings are. */
export interface PooledPart {
  label: string;
  to: string;
}

/** The models that a figure is over together; none where it is over one. */
export function pooledOf({ models }: { models: NamedModel[] }): NamedModel[] {
  return models.length > 1 ? models : [];
}

/** The same, each with its own rows: together they are all that the figure counts. */
export function pooledParts(pooled: { models: NamedModel[] }, behind: (model: number) => string): PooledPart[] {
  return pooledOf(pooled).map(({ id, name }) => ({ label: name, to: behind(id) }));
}

/** `of ppo 1.3B and ppo 6B together`; empty for the judgments of one model. */
export function pooledText(names: string[]): string {
  return names.length > 0 ? `of ${names.join(" and ")} together` : "";
}
