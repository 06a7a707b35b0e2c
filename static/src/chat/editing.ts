/** A question that is being changed: its text becomes a field, and goes back when nothing was sent. */
import { text } from "../lib/strings";
import { isScopeBlock, wordsOf } from "./api";
import { h } from "./dom";
import type { MessageView } from "./message";

/** Opens the field in place of the text; `send` resolves once the new version is there. `standingUrl` explains a block. */
export function editMessage(view: MessageView, standingUrl: string, send: (content: string) => Promise<void>): void {
  const host = view.element;
  if (host.querySelector(".edit-form")) return;
  const area = h("textarea", { class: "form-control", rows: "2", "aria-label": text("chatEdit"), dir: "auto" });
  area.value = view.message.content;
  const problem = h("p", { class: "text-danger", role: "alert" });
  const go = h("button", { type: "submit", class: "btn btn-primary" }, text("chatSendAgain"));
  const back = h("button", { type: "button", class: "btn" }, text("cancel"));
  const form = h("form", { class: "edit-form" }, area, problem, h("div", { class: "form-actions" }, back, go));
  const close = (): void => {
    form.remove();
    host.classList.remove("is-edited");
    host.querySelector<HTMLElement>("[data-act=edit]")?.focus();
  };
  back.addEventListener("click", close);
  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !matchMedia("(pointer: coarse)").matches) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (area.value.trim() === "" || go.disabled) return;
    go.disabled = true;
    send(area.value).then(
      () => form.remove(),
      (error: unknown) => {
        go.disabled = false;
        problem.replaceChildren(wordsOf(error), ...(isScopeBlock(error) ? [" ", h("a", { href: standingUrl }, text("chatStanding"))] : []));
      },
    );
  });
  host.classList.add("is-edited");
  host.prepend(form);
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
}
