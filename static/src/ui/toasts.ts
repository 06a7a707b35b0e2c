/** Short messages in the corner: Django's messages as rendered, and those that scripts or HX-Trigger raise. */
import { icon, text } from "../lib/strings";

type Level = "success" | "info" | "warning" | "error";

const SHOWN_MS = 6_000;
const MAX_SHOWN = 4;

function iconOf(level: Level): SVGSVGElement {
  if (level === "success") return icon("circle-check");
  if (level === "error") return icon("alert-circle");
  if (level === "warning") return icon("alert-triangle");
  return icon("info-circle");
}

function region(): HTMLElement | null {
  return document.getElementById("toasts");
}

/** Errors stay until they are closed; everything else goes by itself unless the pointer or the focus rests on it. */
function arm(toast: HTMLElement): void {
  toast.querySelector("[data-role=close]")?.addEventListener("click", () => toast.remove());
  if (toast.dataset.level === "error") return;
  const expire = (): void => {
    if (toast.matches(":hover, :focus-within")) setTimeout(expire, SHOWN_MS);
    else toast.remove();
  };
  setTimeout(expire, SHOWN_MS);
}

/** Something the message offers to do, such as taking back what it tells of; doing it closes the message. */
interface Offer {
  label: string;
  run: () => void;
}

export function showToast(level: Level, message: string, href?: string, offer?: Offer): void {
  const host = region();
  if (!host || message === "") return;
  const toast = document.createElement("div");
  toast.className = "toast-note";
  toast.dataset.level = level;
  const body = document.createElement(href ? "a" : "span");
  body.className = "toast-text";
  body.textContent = message;
  if (href) body.setAttribute("href", href);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-icon";
  close.dataset.role = "close";
  close.setAttribute("aria-label", text("close"));
  close.append(icon("x"));
  toast.append(iconOf(level), body, ...(offer ? [offerButton(toast, offer)] : []), close);
  host.append(toast);
  while (host.children.length > MAX_SHOWN) host.firstElementChild?.remove();
  arm(toast);
}

function offerButton(toast: HTMLElement, offer: Offer): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.textContent = offer.label;
  button.addEventListener("click", () => {
    toast.remove();
    offer.run();
  });
  return button;
}

export function startToasts(): void {
  region()?.querySelectorAll<HTMLElement>(".toast-note").forEach(arm);
  document.addEventListener("rh:toast", (event) => {
    const detail = (event as CustomEvent<{ level?: Level; text?: string; href?: string }>).detail;
    showToast(detail.level ?? "info", detail.text ?? "", detail.href);
  });
}
