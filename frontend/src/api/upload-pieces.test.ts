import { describe, expect, it } from "vitest";

import { missingPieces } from "./upload-pieces";

describe("the pieces of a file", () => {
  it.each([
    [1, 10, [], [0]],
    [10, 10, [], [0]],
    [11, 10, [], [0, 1]],
    [35, 10, [1, 3], [0, 2]],
    [20, 10, [0, 1], []],
  ])("of %i bytes in pieces of %i with %j there lack %j", (numBytes, chunkBytes, uploaded, missing) => {
    expect(missingPieces(numBytes, chunkBytes, uploaded)).toEqual(missing);
  });
});
