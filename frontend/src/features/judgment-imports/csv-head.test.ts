import { expect, test } from "vitest";

import { choiceOf, headOf, namesIn, namesOf, otherSeparator, recordsOf } from "./csv-head";

test("quotes hold commas, quotes and line breaks", () => {
  expect(recordsOf('a,"b, and ""c""","d\ne"\r\n1,,3', true)).toEqual([
    ["a", 'b, and "c"', "d\ne"],
    ["1", "", "3"],
  ]);
});

test("a record that may be cut off is not shown", () => {
  expect(recordsOf("a,b\n1,2\n3,", false)).toEqual([
    ["a", "b"],
    ["1", "2"],
  ]);
});

test("a column without a name or with a name that stood before cannot be chosen", () => {
  expect(namesOf(["prompt", "", "answer", "prompt", ""])).toEqual(["prompt", "answer"]);
});

test("several names are one choice and come back, whatever they hold", () => {
  const names = ["Answer, first", 'the "best"', "x"];

  expect(choiceOf(names)).toBe('"Answer, first","the ""best""",x');
  expect(namesIn(choiceOf(names))).toEqual(names);
  expect(namesIn("")).toEqual([]);
});

test("a table whose columns look like one says what stands between them", () => {
  expect(otherSeparator(["prompt;a;b"])).toBe("semicolons");
  expect(otherSeparator(["prompt\ta"])).toBe("tabs");
  expect(otherSeparator(["prompt"])).toBeNull();
  expect(otherSeparator(["a;b", "c"])).toBeNull();
  expect(otherSeparator([])).toBeNull();
});

test("the head is the columns without a byte order mark, and three rows", async () => {
  const file = new File(["\ufeffprompt, answer \nq1,a1\nq2,a2\nq3,a3\nq4,a4\n"], "x.csv");

  expect(await headOf(file)).toEqual({
    columns: ["prompt", "answer"],
    rows: [
      ["q1", "a1"],
      ["q2", "a2"],
      ["q3", "a3"],
    ],
  });
  expect(await headOf(new File([""], "x.csv"))).toBeNull();
});
