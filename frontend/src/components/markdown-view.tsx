import { createElement, memo, useMemo } from "react";
import type { ReactNode } from "react";

import classes from "./markdown-text.module.css";
import { readMarkdown } from "./markdown-tokens";
import type { Node } from "./markdown-tokens";
import { Pieces, ReadText } from "./read-text";

const HEADING = /^h[1-6]$/;
/** The page's own headings come first: those of a text continue below them. */
const DEEPEST_OF_PAGE = 3;

/** Elements that are drawn as they are called; each finds its own direction. */
const PLAIN_BLOCKS = new Set(["p", "blockquote", "ul", "ol"]);
const CELLS = new Set(["th", "td"]);
const PLAIN = new Set(["em", "strong", "s", "thead", "tbody", "tr"]);

function Code({ node }: { node: Node }) {
  const { info, content } = node.token;
  return (
    <div className={classes.code} dir="ltr">
      {info.trim() !== "" && (
        <div className={classes.info}>
          <Pieces text={info} />
        </div>
      )}
      <pre>
        <Pieces text={content.replace(/\n$/, "")} />
      </pre>
    </div>
  );
}

/** Where it leads stands beside it, and it leads nowhere: an answer is read, not followed. */
function LinkText({ node }: { node: Node }) {
  const address = [node.token.attrGet("href"), node.token.attrGet("title")]
    .filter((part) => part)
    .join(" ");
  return (
    <>
      <span className={classes.link}>
        <Nodes nodes={node.children} />
      </span>
      <span className={classes.address} dir="ltr">
        {" ("}
        <Pieces text={address} />)
      </span>
    </>
  );
}

function Table({ node }: { node: Node }) {
  return (
    <div className={classes.scroll}>
      <table>
        <Nodes nodes={node.children} />
      </table>
    </div>
  );
}

function leaf(node: Node): ReactNode {
  const { token } = node;
  switch (token.type) {
    case "text":
      return <Pieces text={token.content} />;
    case "inline":
      return <Nodes nodes={node.children} />;
    case "code_inline":
      return (
        <code className={classes.inlineCode}>
          <Pieces text={token.content} />
        </code>
      );
    case "formula":
      return (
        <span className={classes.formula} dir="ltr">
          <Pieces text={token.content} />
        </span>
      );
    case "formula_block":
    case "fence":
    case "code_block":
      return <Code node={node} />;
    case "hardbreak":
    case "softbreak":
      return <br />;
    case "hr":
      return <hr />;
    case "link_open":
      return <LinkText node={node} />;
    case "table_open":
      return <Table node={node} />;
    default:
      return undefined;
  }
}

function element(node: Node): ReactNode {
  const { tag, info, hidden, level } = node.token;
  // A list or a quotation has one direction for all that is in it, so that its marks stand right.
  const dir = level === 0 ? "auto" : undefined;
  const inside = <Nodes nodes={node.children} />;
  // The paragraphs of a list without empty lines are none.
  if (hidden) return inside;
  if (HEADING.test(tag)) {
    const level = Math.min(Number(tag.slice(1)) + DEEPEST_OF_PAGE, 6);
    return createElement(`h${level}`, { dir, "data-level": tag }, inside);
  }
  if (tag === "li") {
    const value = info === "" ? undefined : Number(info);
    return createElement("li", { value }, inside);
  }
  if (CELLS.has(tag)) return createElement(tag, { dir: "auto" }, inside);
  if (PLAIN_BLOCKS.has(tag)) return createElement(tag, { dir }, inside);
  return PLAIN.has(tag) ? createElement(tag, null, inside) : inside;
}

function Nodes({ nodes }: { nodes: readonly Node[] }): ReactNode {
  return nodes.map((node, index) => {
    const drawn = leaf(node);
    return <Drawn key={index}>{drawn === undefined ? element(node) : drawn}</Drawn>;
  });
}

function Drawn({ children }: { children: ReactNode }) {
  return children;
}

/** A text read as Markdown and drawn with elements of our own: none of its markup becomes ours. */
export const MarkdownView = memo(function MarkdownView({ text }: { text: string }) {
  const nodes = useMemo(() => readMarkdown(text), [text]);
  if (nodes === null || text === "") return <ReadText text={text} />;
  return (
    <div className={classes.text} dir="auto">
      <Nodes nodes={nodes} />
    </div>
  );
});
