/** The Voice page's form: how much was written, what the sliders say, and a search in the list of voices. */
import { text } from "./lib/strings";

function startCount(form: HTMLFormElement): void {
  const area = form.querySelector<HTMLTextAreaElement>("textarea[data-count]");
  const shown = form.querySelector<HTMLElement>("[data-role=count]");
  if (!area || !shown) return;
  const limit = Number(area.dataset.count);
  const show = (): void => {
    // The server counts code points, as the engines do; .length would count an emoji twice.
    const used = Array.from(area.value).length;
    const numbers = [used, limit].map((value) => value.toLocaleString(document.documentElement.lang));
    shown.textContent = numbers.join(" / ");
    shown.classList.toggle("text-danger", used > limit);
    area.setAttribute("aria-invalid", String(used > limit));
  };
  shown.hidden = false;
  area.addEventListener("input", show);
  show();
}

function startSlider(slider: HTMLInputElement): void {
  const label = slider.labels?.[0];
  if (!label) return;
  const shown = document.createElement("output");
  shown.className = "num muted ms-1";
  shown.htmlFor = slider.id;
  const show = (): void => {
    shown.textContent = ` ${Number(slider.value).toLocaleString(document.documentElement.lang)}`;
  };
  label.append(shown);
  slider.addEventListener("input", show);
  show();
}

function startSearch(form: HTMLFormElement): void {
  const box = form.querySelector<HTMLElement>("[data-role=voice-search]");
  const input = box?.querySelector("input");
  const select = form.querySelector<HTMLSelectElement>("select[name=voice]");
  if (!box || !input || !select) return;
  const groups = Array.from(select.querySelectorAll("optgroup"), (group) => ({
    group,
    options: Array.from(group.querySelectorAll("option")),
  }));
  const find = (): void => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let first: HTMLOptionElement | undefined;
    for (const { group, options } of groups) {
      // Removed, not hidden: Safari shows hidden options.
      const fitting = options.filter((option) => fits(`${group.label} ${option.label} ${option.value}`, words));
      group.replaceChildren(...fitting);
      group.hidden = fitting.length === 0;
      first ??= fitting[0];
    }
    if (words.length > 0 && first && select.selectedIndex < 0) first.selected = true;
    select.setCustomValidity(first ? "" : text("noMatch"));
  };
  box.hidden = false;
  input.addEventListener("input", find);
}

function fits(haystack: string, words: readonly string[]): boolean {
  const lower = haystack.toLowerCase();
  return words.every((word) => lower.includes(word));
}

const form = document.querySelector<HTMLFormElement>("form[data-voice-form]");
if (form) {
  startCount(form);
  form.querySelectorAll<HTMLInputElement>("input[type=range]").forEach(startSlider);
  startSearch(form);
}
