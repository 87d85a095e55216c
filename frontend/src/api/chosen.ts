/**
 * A choice made in the address or from a list that the server sent; undefined when none was made.
 * What the server does not know it refuses, with a sentence that the page shows.
 */
export function chosen<Choice extends string>(text: string | undefined): Choice | undefined {
  return text === undefined || text === "" ? undefined : (text as Choice);
}
