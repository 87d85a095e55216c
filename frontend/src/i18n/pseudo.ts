// The mark that turns what follows round, and the one that ends it.
const RIGHT_TO_LEFT_OVERRIDE = "\u202e";
const END = "\u202c";

/** Placeholders and tags are for the program: they stay as they are. */
const FOR_THE_PROGRAM = /(\{\{[^}]*\}\}|<\/?[^>]+>|\$t\([^)]*\))/;

/**
 * The text as it would stand in a language that is written from right to left.
 *
 * Each word is turned round by marks of direction alone, so that it can still be read and found;
 * this is what the locale ar-XB of the Unicode CLDR is.
 */
export function turnRound(text: string): string {
  return text
    .split(FOR_THE_PROGRAM)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/\S+/g, markWord)))
    .join("");
}

function markWord(word: string): string {
  return `${RIGHT_TO_LEFT_OVERRIDE}${word}${END}`;
}

export type Texts = { readonly [key: string]: string | Texts };

// Arabic counts in six forms where English has two.
const FURTHER_PLURALS = ["zero", "two", "few", "many"];

/** The keys of a text: one, but for a plural those of every form that English lacks as well. */
function keysOf(key: string): string[] {
  const stem = /^(.+)_other$/.exec(key)?.[1];
  return stem === undefined ? [key] : [key, ...FURTHER_PLURALS.map((form) => `${stem}_${form}`)];
}

export function turnAllRound(texts: Texts): Texts {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([key, value]) => {
      const turned = typeof value === "string" ? turnRound(value) : turnAllRound(value);
      return keysOf(key).map((each) => [each, turned] as const);
    }),
  );
}
