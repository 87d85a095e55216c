import MarkdownIt from "markdown-it";
import type { StateBlock, StateInline, Token } from "markdown-it";

/** One element of a text that was read as Markdown, with what stands inside it. */
export interface Node {
  token: Token;
  children: Node[];
}

const FORMULA =
  /\$\$[^]+?\$\$|\$(?!\s)[^$\n]*?[^$\s]\$(?!\d)|\\\([^]+?\\\)|\\\[[^]+?\\\]/y;
const FORMULA_ENDS: readonly (readonly [string, string])[] = [
  ["$$", "$$"],
  ["\\[", "\\]"],
];

/** LaTeX stays source, and its stars and underlines are not taken for emphasis. */
function inlineFormula(state: StateInline, silent: boolean): boolean {
  FORMULA.lastIndex = state.pos;
  const [source] = FORMULA.exec(state.src) ?? [];
  if (source === undefined || state.pos + source.length > state.posMax) return false;
  if (!silent) state.push("formula", "code", 0).content = source;
  state.pos += source.length;
  return true;
}

function lineOf(state: StateBlock, line: number): string {
  return state.src.slice(
    (state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0),
    state.eMarks[line] ?? 0,
  );
}

function blockFormula(state: StateBlock, start: number, end: number, silent: boolean): boolean {
  const first = lineOf(state, start);
  const ends = FORMULA_ENDS.find(([opening]) => first.startsWith(opening));
  if (!ends) return false;
  const [opening, closing] = ends;
  for (let line = start; line < end; line += 1) {
    const text = line === start ? first.slice(opening.length) : lineOf(state, line);
    if (!text.trimEnd().endsWith(closing)) continue;
    if (silent) return true;
    const token = state.push("formula_block", "pre", 0);
    token.content = state.getLines(start, line + 1, state.blkIndent, false);
    state.line = line + 1;
    return true;
  }
  return false;
}

function makeReader() {
  const reader = new MarkdownIt({ html: false, linkify: false, breaks: true });
  // What replaces, removes or fetches something stays source: entities, escapes, pictures, addresses
  // defined somewhere else.
  reader.disable(["entity", "escape", "image", "reference", "autolink"]);
  reader.normalizeLink = (address) => address;
  reader.normalizeLinkText = (address) => address;
  reader.inline.ruler.before("backticks", "formula", inlineFormula);
  reader.block.ruler.before("fence", "formula", blockFormula, {
    alt: ["paragraph", "blockquote", "list"],
  });
  return reader;
}

const reader = makeReader();

function nest(tokens: readonly Token[]): Node[] {
  const root: Node[] = [];
  const open: Node[][] = [root];
  for (const token of tokens) {
    if (token.nesting === -1) {
      open.pop();
      continue;
    }
    const node: Node = { token, children: token.children ? nest(token.children) : [] };
    open.at(-1)?.push(node);
    if (token.nesting === 1) open.push(node.children);
  }
  return root;
}

/** Everything that is drawn of these elements, in the order in which it is drawn. */
function drawnText(nodes: readonly Node[]): string {
  return nodes
    .map(({ token, children }) => {
      const own = token.type === "inline" ? "" : token.content;
      const address = `${token.attrGet("href") ?? ""} ${token.attrGet("title") ?? ""}`;
      return `${token.info}${own}${drawnText(children)}${address}`;
    })
    .join("");
}

/** Spaces and the marks that Markdown itself is written with; all else must be drawn. */
const MARKS = /[ \t\n\u00a0\u3000!-/:-@[-`{-~]/g;

/**
 * Reads a text as Markdown; null where drawing it so would hide any of its characters.
 *
 * That is rare (a table row with more cells than its head, a null character), and such a text is
 * shown as its source.
 */
export function readMarkdown(text: string): Node[] | null {
  const source = text.replace(/\r\n/g, "\n");
  const nodes = nest(reader.parse(source, {}));
  return drawnText(nodes).replace(MARKS, "") === source.replace(MARKS, "") ? nodes : null;
}
