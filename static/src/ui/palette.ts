/** Ctrl+K: a dialog that goes anywhere and starts anything. Its entries are links and buttons printed by the server. */
import { score } from "../lib/fuzzy";

function entries(dialog: HTMLElement): HTMLElement[] {
  return [...dialog.querySelectorAll<HTMLElement>("[data-entry]")];
}

function select(dialog: HTMLElement, entry: HTMLElement | undefined): void {
  for (const each of entries(dialog)) each.setAttribute("aria-selected", String(each === entry));
  const input = dialog.querySelector("input");
  if (!entry) input?.removeAttribute("aria-activedescendant");
  else {
    input?.setAttribute("aria-activedescendant", entry.id);
    entry.scrollIntoView({ block: "nearest" });
  }
}

const shown = (dialog: HTMLElement): HTMLElement[] => entries(dialog).filter((entry) => !entry.hidden);

/** Hides what does not match and puts the best first; "search in" entries always stay and carry the query. */
function filter(dialog: HTMLElement, query: string): void {
  const ranked = entries(dialog).map((entry) => {
    const rank = entry.dataset.search ? (query.trim() ? 0.5 : 0) : score(query, entry.dataset.entry ?? "");
    entry.hidden = rank === 0;
    const words = entry.querySelector("[data-role=query]");
    if (words) words.textContent = query;
    if (entry instanceof HTMLAnchorElement && entry.dataset.search) {
      entry.href = `${entry.dataset.search}${encodeURIComponent(query.trim())}`;
    }
    return { entry, rank };
  });
  ranked.sort((a, b) => b.rank - a.rank || Number(a.entry.dataset.order) - Number(b.entry.dataset.order));
  ranked[0]?.entry.parentElement?.append(...ranked.map((each) => each.entry));
  const empty = dialog.querySelector<HTMLElement>("[data-role=empty]");
  if (empty) empty.hidden = ranked.some((each) => each.rank > 0);
  select(dialog, shown(dialog)[0]);
}

function open(dialog: HTMLDialogElement): void {
  const input = dialog.querySelector("input");
  if (!input || dialog.open) return;
  input.value = "";
  filter(dialog, "");
  dialog.showModal();
  input.focus();
}

function onKey(dialog: HTMLDialogElement, event: KeyboardEvent): void {
  const list = shown(dialog);
  const at = list.findIndex((entry) => entry.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") select(dialog, list[(at + 1) % list.length]);
  else if (event.key === "ArrowUp") select(dialog, list[(at - 1 + list.length) % list.length]);
  else if (event.key === "Enter") list[at]?.click();
  else return;
  event.preventDefault();
}

export function startPalette(): void {
  const dialog = document.getElementById("palette");
  if (!(dialog instanceof HTMLDialogElement)) return;
  entries(dialog).forEach((entry, order) => {
    entry.dataset.order = String(order);
    entry.id = `palette-${order}`;
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open(dialog);
    }
  });
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-open-palette]")) open(dialog);
    else if ((event.target as Element).closest("#palette [data-entry]")) dialog.close();
  });
  dialog.addEventListener("keydown", (event) => onKey(dialog, event));
  dialog.querySelector("input")?.addEventListener("input", (event) => {
    filter(dialog, (event.target as HTMLInputElement).value);
  });
}
