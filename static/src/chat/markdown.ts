/** Markdown to a clean fragment: parsed without HTML, sanitised all the same, then dressed (code, tables, sources). */
import DOMPurify from "dompurify";
import MarkdownIt, { type RendererRule } from "markdown-it";
import { icon, text } from "../lib/strings";
import { h } from "./dom";
import { drawFormulas, useFormulas } from "./math";

const md = new MarkdownIt({ html: false, linkify: true, breaks: false, typographer: false });
// "example.com" in an answer is mostly no link; "https://example.com" is one.
md.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
useFormulas(md);
/** Columns are aligned by a class: the content policy allows no style attribute, not even one that is taken out again. */
const cell: RendererRule = (tokens, index, options, _env, self) => {
  const token = tokens[index];
  const side = /text-align:(\w+)/.exec(String(token?.attrGet("style") ?? ""))?.[1];
  if (token && side) token.attrs = [["class", `align-${side}`]];
  return self.renderToken(tokens, index, options);
};
md.renderer.rules["th_open"] = cell;
md.renderer.rules["td_open"] = cell;
// Pictures from elsewhere would tell their host who reads what: they are links, which nobody follows unasked.
md.renderer.rules["image"] = (tokens, index) => {
  const token = tokens[index];
  const source = String(token?.attrGet("src") ?? "");
  const words = md.utils.escapeHtml(token?.content || source);
  return `<a href="${md.utils.escapeHtml(source)}">${words}</a>`;
};

const CLEAN = {
  ALLOWED_TAGS: [
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s",
    "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
  ],
  ALLOWED_ATTR: ["href", "title", "class", "start", "data-display"],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|\/(?!\/)|#)/i,
};

export const parse = (source: string) => md.parse(source, {});

/** The text as elements. `sources` are the numbers that may be pointed to, `owner` the message's id. */
export function render(source: string, owner: string, sources: readonly number[]): DocumentFragment {
  const fragment = DOMPurify.sanitize(md.render(source), { ...CLEAN, RETURN_DOM_FRAGMENT: true });
  for (const code of fragment.querySelectorAll<HTMLElement>("pre > code")) dressCode(code);
  for (const table of fragment.querySelectorAll("table")) dressTable(table);
  for (const link of fragment.querySelectorAll("a")) dressLink(link);
  // A page has one h1; headings of an answer stand below its own.
  for (const heading of fragment.querySelectorAll("h1, h2")) lower(heading);
  if (sources.length > 0) linkSources(fragment, owner, sources);
  return fragment;
}

function dressCode(code: HTMLElement): void {
  const language = /language-([\w+#.-]+)/.exec(code.className)?.[1]?.toLowerCase() ?? "";
  code.removeAttribute("class");
  code.dataset.language = language;
  const pre = code.parentElement;
  if (!pre) return;
  const copy = h("button", { type: "button", class: "btn btn-quiet", "data-act": "copy-code" }, icon("copy"), text("chatCopyCode"));
  const box = h("div", { class: "code-block" }, h("div", { class: "code-head" }, h("span", {}, language || text("chatCode")), copy));
  pre.replaceWith(box);
  pre.tabIndex = 0;
  pre.setAttribute("role", "region");
  pre.setAttribute("aria-label", language ? text("chatCodeIn", { language }) : text("chatCode"));
  box.append(pre);
}

function dressTable(table: HTMLTableElement): void {
  const wrap = h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": text("chatTable") });
  table.replaceWith(wrap);
  wrap.append(table);
}

function dressLink(link: HTMLAnchorElement): void {
  const target = link.getAttribute("href");
  if (!target || target.startsWith("/") || target.startsWith("#")) return;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
}

function lower(heading: Element): void {
  const lowered = h("h3", {}, ...heading.childNodes);
  heading.replaceWith(lowered);
}

const REFERENCE = /\[(\d{1,3})\]/g;

/** [2] becomes a link to the source of this number below the answer; not in code, and only where there is one. */
function linkSources(root: DocumentFragment, owner: string, sources: readonly number[]): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  for (const node of texts) {
    if (node.parentElement?.closest("code, a, .formula") || !node.data.includes("[")) continue;
    const pieces = citations(node.data, sources).map((piece) =>
      typeof piece === "string" ? piece : citation(owner, piece),
    );
    if (pieces.length > 1) node.replaceWith(...pieces);
  }
}

/** Text and numbers of sources in turn. */
export function citations(content: string, sources: readonly number[]): (string | number)[] {
  const pieces: (string | number)[] = [];
  let from = 0;
  for (const match of content.matchAll(REFERENCE)) {
    const number = Number(match[1]);
    if (!sources.includes(number)) continue;
    pieces.push(content.slice(from, match.index), number);
    from = match.index + match[0].length;
  }
  return [...pieces, content.slice(from)];
}

function citation(owner: string, number: number): HTMLElement {
  const label = text("chatSourceNumber", { number: String(number) });
  return h("a", { class: "cite", href: `#source-${owner}-${number}`, "data-cite": String(number), "aria-label": label }, String(number));
}

/** What needs a library of its own: colours of code, and formulas. Both are fetched at first use. */
export async function adorn(root: ParentNode): Promise<void> {
  const codes = [...root.querySelectorAll<HTMLElement>("code[data-language]:not(.is-painted)")].filter((code) => code.dataset.language);
  for (const code of codes) code.classList.add("is-painted");
  await Promise.all([drawFormulas(root), paintAll(codes)]);
}

async function paintAll(codes: readonly HTMLElement[]): Promise<void> {
  if (codes.length === 0) return;
  const { paint } = await import("./highlight");
  for (const code of codes) paint(code);
}
