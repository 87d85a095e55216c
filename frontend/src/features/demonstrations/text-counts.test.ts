import { expect, test } from "vitest";

import { countCharacters, countWords } from "./text-counts";

test.each([
  ["", 0],
  ["  \n ", 0],
  ["one", 1],
  ["Don't count: punctuation – or 3.5 dashes!", 6],
  ["ab\ncd\tef", 3],
])("%j has %i words", (text, words) => {
  expect(countWords(text)).toBe(words);
});

test.each([
  ["", 0],
  ["naïve", 5],
  ["👩‍💻!", 2],
])("%j has %i characters", (text, characters) => {
  expect(countCharacters(text)).toBe(characters);
});
