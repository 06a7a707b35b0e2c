/** What an answer was built from: folded below it, numbered as the answer cites it. */
import { icon, text } from "../lib/strings";
import { h } from "./dom";
import { sourceNumbers, type Message, type Source } from "./types";

export function sourcesFold(message: Message): HTMLDetailsElement | null {
  const count = sourceNumbers(message).length;
  if (count === 0) return null;
  const words = text(count === 1 ? "chatOneSource" : "chatSources", { count: String(count) });
  const fold = h("details", { class: "sources", "data-part": "sources" }, h("summary", { class: "btn btn-quiet" }, icon("books"), words));
  const list = h("ol", { class: "source-list" });
  fold.append(list);
  fillSources(fold, message);
  return fold;
}

/** Fills the list once the sources themselves are there. */
export function fillSources(fold: HTMLElement, message: Message): void {
  const list = fold.querySelector("ol");
  list?.replaceChildren(...message.sources.map((source) => entry(message.id, source)));
}

function place(source: Source): string {
  const parts = [source.page === null ? "" : text("chatPage", { page: String(source.page) }), source.heading];
  return parts.filter(Boolean).join(" · ");
}

function drawing(kind: string): SVGSVGElement {
  if (kind === "memory") return icon("bookmark");
  return kind === "guide" ? icon("book") : icon("file-text");
}

/** A file's own page where there is one; `reference` is the file and the passage in it. */
function title(source: Source): HTMLElement {
  const file = source.kind === "file" ? source.reference.split(":")[0] : "";
  if (!file) return h("strong", { class: "truncate" }, source.title);
  return h("a", { class: "truncate", href: `/api/v1/files/${file}/content/`, target: "_blank", rel: "noopener" }, source.title);
}

function entry(messageId: string, source: Source): HTMLElement {
  return h(
    "li", { class: "source", id: `source-${messageId}-${source.number}`, tabindex: "-1", value: String(source.number) },
    h("div", { class: "source-head" }, drawing(source.kind), title(source), h("span", { class: "muted" }, place(source))),
    h("blockquote", { class: "source-text", dir: "auto" }, source.text),
  );
}
