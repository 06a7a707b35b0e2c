/** highlight.js for queries alone: a small chunk of its own. */
import hljs from "highlight.js/lib/core";
import json from "highlight.js/lib/languages/json";
import sql from "highlight.js/lib/languages/sql";

hljs.registerLanguage("sql", sql);
hljs.registerLanguage("json", json);

/** Longer ones stay plain: colouring them would hold the page up. */
const MAX_CHARACTERS = 60_000;

/** Colours one <code> in place. */
export function paint(code: HTMLElement): void {
  const source = code.textContent ?? "";
  if (source.length > MAX_CHARACTERS) return;
  // Its output is its own spans around text that it escaped.
  code.innerHTML = hljs.highlight(source, { language: code.dataset.language ?? "sql", ignoreIllegals: true }).value;
}
