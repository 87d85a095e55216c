import { describe, expect, test } from "vitest";

import { readPastedLink, takeTokenFromAddress } from "./link-token";

describe("reading a pasted link", () => {
  test.each([
    ["http://127.0.0.1:8000/sign-in#token=abc-D_1", { token: "abc-D_1", page: "sign-in" }],
    ["  https://concord.example.org/join#token=xyz \n", { token: "xyz", page: "join" }],
    ["https://concord.example.org/join/#token=xyz", { token: "xyz", page: "join" }],
    ["#token=abc", { token: "abc", page: "sign-in" }],
    ["token=abc", { token: "abc", page: "sign-in" }],
    ["abc", { token: "abc", page: "sign-in" }],
    ["", null],
    ["http://127.0.0.1:8000/sign-in", null],
    ["http://127.0.0.1:8000/sign-in#token=", null],
    ["two words", null],
  ])("%j is read as %j", (pasted, link) => {
    expect(readPastedLink(pasted)).toEqual(link);
  });
});

test("the token leaves the address as it is read", () => {
  window.history.replaceState(null, "", "/sign-in?next=1#token=secret");

  expect(takeTokenFromAddress()).toBe("secret");

  expect(window.location.href).not.toContain("secret");
  expect(window.location.search).toBe("?next=1");
  expect(takeTokenFromAddress()).toBeNull();
});
