import { render, screen } from "@testing-library/react";
import { describe, expect, test } from "vitest";

import { readMarkdown } from "./markdown-tokens";
import { MarkdownView } from "./markdown-view";

function draw(text: string) {
  return render(<MarkdownView text={text} />).container;
}

describe("a text read as Markdown", () => {
  test("has lists, emphasis, tables and code", () => {
    const drawn = draw(
      "# Steps\n\n3. **first**\n4. second\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nprint(1)\n```",
    );

    expect(screen.getByRole("heading", { name: "Steps" })).toBeVisible();
    expect(drawn.querySelector("li strong")).toHaveTextContent("first");
    expect(drawn.querySelector("li")).toHaveAttribute("value", "3");
    expect(screen.getByRole("columnheader", { name: "a" })).toBeVisible();
    expect(drawn.querySelector("pre")).toHaveTextContent("print(1)");
    expect(screen.getByText("python")).toBeVisible();
  });

  test("none of its markup becomes the page's", () => {
    const drawn = draw('<img src=x onerror="alert(1)"> <b>bold</b>\n\n<script>alert(1)</script>');

    expect(drawn.querySelector("img, b, script")).toBeNull();
    expect(drawn.textContent).toContain('<img src=x onerror="alert(1)"> <b>bold</b>');
  });

  test("a link shows where it leads and leads nowhere; a picture is not fetched", () => {
    const drawn = draw('[here](https://example.org/x "why") ![alt](https://example.org/pixel.png)');

    expect(drawn.querySelector("a, img")).toBeNull();
    expect(drawn.textContent).toContain("here (https://example.org/x why)");
    expect(drawn.textContent).toContain("https://example.org/pixel.png");
  });

  test.each(["$a_b + c_d$", "\\(x*y*z\\)", "$$\nx\n=\n*y*\n$$", "\\[ a_1 * a_2 * a_3 \\]"])(
    "%j stays readable as source",
    (formula) => {
      const drawn = draw(formula.includes("\n") ? `Then\n\n${formula}` : `Then ${formula} holds.`);

      expect(drawn.textContent).toContain(formula);
      expect(drawn.querySelector("em, h4, h5, h6")).toBeNull();
    },
  );

  test("a price is not a formula", () => {
    expect(draw("It costs $5 and *not* $10.").querySelector("em")).toHaveTextContent("not");
  });

  test("invisible characters are named, in prose and in code", () => {
    draw("one\u202etwo `three\u200bfour`");

    expect(screen.getByText("RLO")).toBeVisible();
    expect(screen.getByText("ZERO WIDTH SPACE")).toBeVisible();
  });

  test("each block finds its own direction", () => {
    const drawn = draw("שלום\n\nhello\n\n1. שלום");

    expect([...drawn.querySelectorAll("p, ol")].map((block) => block.getAttribute("dir"))).toEqual([
      "auto",
      "auto",
      "auto",
    ]);
    // With a direction of its own an item would no longer count for its list's.
    expect(drawn.querySelector("li")).not.toHaveAttribute("dir");
  });
});

describe("no character is ever hidden", () => {
  test.each([
    "&amp; &copy; &#8203;",
    "[label]: https://example.org 'title'\n\n[label]",
    "\\*stars\\* and <https://example.org>",
    "<!-- a comment -->",
    "[text](</a b> 'title')",
    "``` js {1,2}\ncode\n```",
  ])("%j is drawn whole", (text) => {
    const drawn = draw(text).textContent;

    for (const word of text.match(/[a-z]+/g) ?? []) expect(drawn).toContain(word);
  });

  test.each(["| a |\n|---|\n| 1 | lost |", "nul\u0000byte", `${"> ".repeat(120)}deep`])(
    "what Markdown would drop is shown as source: %j",
    (text) => {
      expect(readMarkdown(text)).toBeNull();
    },
  );
});
