/** One accessible dialog that asks before anything marked data-confirm="question" happens. */

const confirmed = new WeakSet<Element>();

/** Resolves to true when the person agrees; Escape, Cancel and a click outside mean no. */
export function ask(question: string, action: string | undefined): Promise<boolean> {
  const dialog = document.getElementById("confirm-dialog");
  if (!(dialog instanceof HTMLDialogElement)) return Promise.resolve(window.confirm(question));
  const prompt = dialog.querySelector("[data-role=question]");
  const yes = dialog.querySelector<HTMLElement>("[data-role=yes]");
  if (prompt) prompt.textContent = question;
  if (yes) yes.textContent = action ?? yes.dataset.label ?? "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

interface Marked {
  element: HTMLElement;
  question: string;
}

function marked(candidates: (Element | null | undefined)[]): Marked | null {
  for (const element of candidates) {
    if (element instanceof HTMLElement && element.dataset.confirm) return { element, question: element.dataset.confirm };
  }
  return null;
}

/** A live page may have rendered the form anew while the question stood; null when it is no longer offered. */
function successor(form: HTMLFormElement): HTMLFormElement | null {
  if (form.isConnected) return form;
  return document.querySelector(`form[action="${CSS.escape(form.getAttribute("action") ?? "")}"]`);
}

/** Holds an event back, asks, and lets `again` repeat it once when the answer was yes. */
function guard(event: Event, key: Element, found: Marked, again: () => void): void {
  if (confirmed.delete(key)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  void ask(found.question, found.element.dataset.confirmAction).then((yes) => {
    if (yes) again();
  });
}

function submitConfirmed(form: HTMLFormElement, submitter: HTMLElement | null): void {
  const target = successor(form);
  if (!target) return;
  confirmed.add(target);
  target.requestSubmit(target === form ? submitter : null);
}

function clickConfirmed(element: HTMLElement): void {
  confirmed.add(element);
  element.click();
}

export function startConfirm(): void {
  // Capturing, so that neither htmx nor the browser sees the event before the answer.
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target as HTMLFormElement;
      const submitter = event.submitter;
      const found = marked([submitter, form]);
      if (found) guard(event, form, found, () => submitConfirmed(form, submitter));
    },
    true,
  );
  document.addEventListener(
    "click",
    (event) => {
      const element = (event.target as Element).closest<HTMLElement>("[data-confirm]");
      if (!element || element instanceof HTMLFormElement) return;
      const submits = element instanceof HTMLButtonElement && element.type === "submit" && element.form !== null;
      const found = submits ? null : marked([element]);
      if (found) guard(event, element, found, () => clickConfirmed(element));
    },
    true,
  );
  document.addEventListener("click", (event) => {
    if (event.target instanceof HTMLDialogElement && event.target.dataset.dismiss !== undefined) event.target.close();
  });
}
