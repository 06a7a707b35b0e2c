/** Formulas in Markdown: $a$, $$a$$, \(a\) and \[a\]. KaTeX is fetched once a formula is there. */
import type { MarkdownIt, StateBlock, StateInline } from "markdown-it";

interface Fence {
  open: string;
  close: string;
  display: boolean;
}

const FENCES: Fence[] = [
  { open: "$$", close: "$$", display: true },
  { open: "$", close: "$", display: false },
  { open: "\\[", close: "\\]", display: true },
  { open: "\\(", close: "\\)", display: false },
];

/** Pandoc's rule, which tells "$x$" from "from $5 to $10": no space inside the marks, no digit behind the last one. */
function looksLikePrice(inner: string, behind: string): boolean {
  return /^\s|\s$/.test(inner) || /^\d/.test(behind);
}

function endOf(source: string, from: number, close: string): number {
  let at = source.indexOf(close, from);
  while (at > 0 && source[at - 1] === "\\" && close.startsWith("$")) at = source.indexOf(close, at + 1);
  return at;
}

function formula(state: StateInline, silent: boolean): boolean {
  const fence = FENCES.find((each) => state.src.startsWith(each.open, state.pos));
  if (!fence) return false;
  const start = state.pos + fence.open.length;
  const end = endOf(state.src, start, fence.close);
  const inner = end < 0 ? "" : state.src.slice(start, end);
  const after = end + fence.close.length;
  if (inner.trim() === "" || (fence.open === "$" && looksLikePrice(inner, state.src.slice(after, after + 1)))) return false;
  if (!silent) {
    const token = state.push("formula", "span", 0);
    token.content = inner.trim();
    token.meta = { display: fence.display };
  }
  state.pos = after;
  return true;
}

/** A formula on lines of its own: before lists and headings, because its lines may begin with - or #. */
function formulaBlock(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  const start = (state.bMarks[startLine] ?? 0) + (state.tShift[startLine] ?? 0);
  const fence = FENCES.find((each) => each.display && state.src.startsWith(each.open, start));
  if (!fence) return false;
  const end = endOf(state.src, start + fence.open.length, fence.close);
  const line = end < 0 ? -1 : lineAt(state, end, startLine, endLine);
  const rest = end < 0 ? "" : state.src.slice(end + fence.close.length, state.eMarks[line]);
  if (line < 0 || rest.trim() !== "") return false;
  if (silent) return true;
  const token = state.push("formula", "span", 0);
  token.content = state.src.slice(start + fence.open.length, end).trim();
  token.meta = { display: true };
  token.map = [startLine, line + 1];
  state.line = line + 1;
  return true;
}

function lineAt(state: StateBlock, offset: number, from: number, to: number): number {
  for (let line = from; line < to; line += 1) if (offset < (state.eMarks[line] ?? 0)) return line;
  return -1;
}

/** Adds formulas to the parser; they come out as <span class="formula"> with their source as text. */
export function useFormulas(md: MarkdownIt): void {
  // Ahead of "escape", which would read \( as a bracket.
  md.inline.ruler.before("escape", "formula", formula);
  md.block.ruler.before("fence", "formula", formulaBlock, { alt: ["paragraph", "reference", "blockquote", "list"] });
  md.renderer.rules["formula"] = (tokens, index) => {
    const token = tokens[index];
    const display = (token?.meta as { display?: boolean } | null)?.display ? ' data-display="true"' : "";
    return `<span class="formula"${display}>${md.utils.escapeHtml(token?.content ?? "")}</span>`;
  };
}

/** Draws the formulas of a rendered text. What KaTeX cannot read stays as it was written. */
export async function drawFormulas(root: ParentNode): Promise<void> {
  const found = [...root.querySelectorAll<HTMLElement>(".formula:not(.is-drawn)")];
  if (found.length === 0) return;
  const { drawFormula } = await import("./katex");
  for (const element of found) drawFormula(element);
}
