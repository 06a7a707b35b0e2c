/** Elements in one expression. */

type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | boolean | undefined>;

/** h("a", { class: "x", href: "/" }, "text"): true sets an empty attribute, false and undefined none. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An icon button with a name for everybody; `data-act` says what it does. */
export function iconButton(drawing: SVGSVGElement, label: string, act: string, extra: Attributes = {}): HTMLButtonElement {
  return h("button", { type: "button", class: "btn-icon", "data-act": act, "aria-label": label, title: label, ...extra }, drawing);
}

/** The element that must be there: a page without it is broken, and says so. */
export function need<E extends HTMLElement>(selector: string, within: ParentNode = document): E {
  const found = within.querySelector<E>(selector);
  if (!found) throw new Error(`chat page without ${selector}`);
  return found;
}
