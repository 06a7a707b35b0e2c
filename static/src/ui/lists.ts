/** Keyboard in lists marked data-list: j and k walk the rows' links, Enter follows one, / goes to the search. */

export function isTyping(target: EventTarget | null): boolean {
  // The field of a dialog that has just closed keeps the focus until the next frame.
  if (!(target instanceof HTMLElement) || !target.checkVisibility()) return false;
  return target.isContentEditable || target.matches("input, textarea, select");
}

function walk(step: number): boolean {
  const links = [...document.querySelectorAll<HTMLElement>("[data-list] [data-row-link]")];
  if (links.length === 0) return false;
  const row = document.activeElement?.closest("[data-row]");
  const at = links.findIndex((link) => row?.contains(link));
  const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + step));
  links[next]?.focus();
  links[next]?.scrollIntoView({ block: "nearest" });
  return true;
}

export function startLists(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if ((event.key === "j" || event.key === "k") && walk(event.key === "j" ? 1 : -1)) event.preventDefault();
    const search = event.key === "/" ? document.querySelector<HTMLInputElement>("[data-filters] input[type=search]") : null;
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  });
}
