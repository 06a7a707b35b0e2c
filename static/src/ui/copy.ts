/** Copy buttons: data-copy="text" or data-copy-from="#element". */
import { text } from "../lib/strings";
import { showToast } from "./toasts";

const MARK_MS = 1_500;

function content(button: HTMLElement): string {
  const from = button.dataset.copyFrom;
  if (!from) return button.dataset.copy ?? "";
  const source = document.querySelector(from);
  return source instanceof HTMLInputElement || source instanceof HTMLTextAreaElement
    ? source.value
    : (source?.textContent?.trim() ?? "");
}

async function copy(button: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(content(button));
  } catch {
    showToast("error", text("copyFailed"));
    return;
  }
  button.classList.add("is-copied");
  showToast("success", text("copied"));
  setTimeout(() => button.classList.remove("is-copied"), MARK_MS);
}

export function startCopy(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-copy], [data-copy-from]");
    if (button) void copy(button);
  });
}
