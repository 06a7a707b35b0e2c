/** htmx and this site: the CSRF header, filters without empty parameters, sign-in pages, and errors people can act on. */
import htmx from "htmx.org";
import { text } from "../lib/strings";
import { showToast } from "./toasts";

interface RequestContext {
  request: { method: string; headers: Record<string, string>; body: FormData; form?: HTMLFormElement | null };
  response?: { raw: Response; status: number };
  sourceElement: Element;
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

const contextOf = (event: Event): RequestContext => (event as CustomEvent<{ ctx: RequestContext }>).detail.ctx;

function prepare(event: Event): void {
  const { request, sourceElement } = contextOf(event);
  const token = document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content;
  if (token && !SAFE.has(request.method)) request.headers["X-CSRFToken"] = token;
  if (!sourceElement.matches("[data-filters]")) return;
  for (const [name, value] of [...request.body.entries()]) if (value === "") request.body.delete(name);
}

/** A session that ended answers with the sign-in page: show it as a page, never inside a fragment. */
function leaveWhenSignedOut(event: Event): void {
  const raw = contextOf(event).response?.raw;
  const login = document.body.dataset.loginUrl;
  if (!raw?.redirected || !login || new URL(raw.url).pathname !== login) return;
  event.preventDefault();
  location.assign(`${login}?next=${encodeURIComponent(location.pathname + location.search)}`);
}

function explain(event: Event): void {
  const status = contextOf(event).response?.status ?? 0;
  // 422 is a form sent back with its errors beside the fields.
  if (status === 422) return;
  const known = [403, 404, 409, 429].includes(status);
  showToast("error", text(known ? `error${status}` : "errorAny"));
}

export function startRequests(): void {
  document.addEventListener("htmx:config:request", prepare);
  document.addEventListener("htmx:before:response", leaveWhenSignedOut);
  document.addEventListener("htmx:response:error", explain);
  document.addEventListener("htmx:error", (event) => {
    const error = (event as CustomEvent<{ error?: unknown }>).detail.error;
    showToast("error", text(error instanceof TypeError ? "networkError" : "timeout"));
  });
}

export { htmx };
