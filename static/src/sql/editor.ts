/** CodeMirror with the parts that are used: a chunk of its own.
 *
 * It lives in a shadow root: there its style sheets are made by script, which the content policy allows, while in the
 * document it would write <style> elements, which the policy refuses.
 */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { MySQL, PLSQL, PostgreSQL, sql, StandardSQL, type SQLDialect, type SQLNamespace } from "@codemirror/lang-sql";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { EditorState, type Extension, type Transaction } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers, tooltips } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Catalog } from "./types";

const DIALECTS: Record<string, SQLDialect> = { postgresql: PostgreSQL, mysql: MySQL, oracle: PLSQL, clickhouse: MySQL };

interface Options {
  text: string;
  label: string;
  type: string;
  catalog: Catalog | null;
  run: () => void;
  close: () => void;
}

export interface Editor {
  readonly text: string;
  insert: (words: string) => void;
  focus: () => void;
  destroy: () => void;
}

const look = EditorView.theme({
  "&": { color: "var(--rh-ink)", backgroundColor: "var(--rh-surface)", fontSize: "0.875rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--rh-mono)", lineHeight: "1.55", maxHeight: "50vh", minHeight: "6rem", overflow: "auto" },
  ".cm-content": { caretColor: "var(--rh-ink)", padding: "0.6rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--rh-ink)" },
  ".cm-gutters": { color: "var(--rh-soft)", backgroundColor: "var(--rh-sunken)", border: "0" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--rh-sunken) 50%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--rh-accent-soft)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--rh-accent-soft)", outline: "1px solid var(--rh-accent)" },
  ".cm-tooltip": { color: "var(--rh-ink)", backgroundColor: "var(--rh-raised)", border: "1px solid var(--rh-line)", borderRadius: "7px", boxShadow: "var(--rh-shadow-menu)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--rh-mono)", fontSize: "0.875rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.3rem 0.6rem" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--rh-accent-strong)", backgroundColor: "var(--rh-accent-soft)" },
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: "var(--code-key)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-text)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: [tags.typeName, tags.standard(tags.name)], color: "var(--code-type)" },
  { tag: [tags.propertyName, tags.labelName], color: "var(--code-name)" },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], color: "var(--rh-soft)", fontStyle: "italic" },
]);

/** Tables by schema with their columns, as completions. */
function namesOf(catalog: Catalog): SQLNamespace {
  const schemas: Record<string, Record<string, string[]>> = {};
  for (const table of catalog.tables) {
    const place = table.schema || catalog.default_schema || "main";
    (schemas[place] ??= {})[table.name] = table.columns.map((column) => column.name);
  }
  return schemas;
}

function languageOf({ type, catalog }: Options): Extension {
  if (type === "mongodb") return json();
  return sql({
    dialect: DIALECTS[type] ?? StandardSQL,
    upperCaseKeywords: true,
    ...(catalog ? { schema: namesOf(catalog), defaultSchema: catalog.default_schema || "main" } : {}),
  });
}

/** Chromium keeps the looks of text that is typed over by a style attribute, which the content policy reports. */
const typeOver = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { from, to, empty } = view.state.selection.main;
    const typed = event.data;
    if (event.inputType !== "insertText" || typed === null || empty || view.composing) return false;
    const insert = (): Transaction =>
      view.state.update(view.state.replaceSelection(typed), { userEvent: "input.type", scrollIntoView: true });
    const isHandled = view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, typed, insert));
    if (!isHandled) view.dispatch(insert());
    event.preventDefault();
    return true;
  },
});

export function openEditor(host: HTMLElement, options: Options): Editor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const run = (): boolean => {
    options.run();
    return true;
  };
  const close = (): boolean => {
    options.close();
    return true;
  };
  const state = EditorState.create({
    doc: options.text,
    extensions: [
      lineNumbers(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(), autocompletion({ icons: false }), highlightActiveLine(),
      syntaxHighlighting(colours), look, EditorView.lineWrapping, languageOf(options), tooltips({ position: "absolute" }), typeOver,
      EditorView.contentAttributes.of({ "aria-label": options.label }),
      keymap.of([
        { key: "Mod-Enter", run, preventDefault: true }, ...closeBracketsKeymap, ...completionKeymap, { key: "Escape", run: close },
        ...defaultKeymap, ...historyKeymap,
      ]),
    ],
  });
  const view = new EditorView({ state, root, parent: root });
  return {
    get text() {
      return view.state.doc.toString();
    },
    insert: (words) => {
      view.dispatch(view.state.replaceSelection(words));
      view.focus();
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}
