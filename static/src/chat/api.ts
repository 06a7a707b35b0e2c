/** Calls of the REST API with the page's session; refusals come as problem details (RFC 9457). */
import { text } from "../lib/strings";

const ROOT = "/api/v1/";

/** Why the server refused, in words for people; `fields` names what was wrong where. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Record<string, string[]> = {},
  ) {
    super(message);
  }
}

/** The project blocks the person: the page of one's standing says why, and takes an appeal. */
export const isScopeBlock = (error: unknown): boolean => error instanceof Problem && error.code === "scope_blocked";

export const csrfToken = (): string => document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content ?? "";

function wordsFor(status: number): string {
  return text([403, 404, 409, 429].includes(status) ? `error${status}` : "errorAny");
}

/** The problem in a refusal's body, whatever the body is. */
export function problemOf(status: number, body: string): Problem {
  let given: { title?: string; detail?: string; code?: string; errors?: Record<string, string[]> } = {};
  try {
    given = (JSON.parse(body) as typeof given) ?? {};
  } catch {
    // Not ours: a proxy's page. The status must do.
  }
  const fields = typeof given.errors === "object" && given.errors !== null ? given.errors : {};
  const inFields = Object.values(fields).flat().filter((entry) => typeof entry === "string");
  const words = inFields.join(" ") || given.detail || given.title || wordsFor(status);
  return new Problem(status, given.code ?? "", words, fields);
}

/** Writes that are under way: what another tab tells of may be our own. */
const writes = new Set<Promise<unknown>>();

/** Resolves when the writes of this page that are under way have been answered. */
export const settled = (): Promise<unknown> => Promise.allSettled([...writes]);

/** JSON of an answer; throws Problem for refusals and for a server that cannot be reached. */
export function call<T>(method: string, path: string, body?: unknown, keepalive = false): Promise<T> {
  const answer = request<T>(method, path, body, keepalive);
  if (method === "GET") return answer;
  const done = (): boolean => writes.delete(answer);
  writes.add(answer);
  answer.then(done, done);
  return answer;
}

async function request<T>(method: string, path: string, body: unknown, keepalive: boolean): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let reply: Response;
  try {
    reply = await fetch(ROOT + path, {
      method, headers, keepalive, credentials: "same-origin", ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Problem(0, "unreachable", text("networkError"));
  }
  if (reply.status === 401) leaveWhenSignedOut();
  if (!reply.ok) throw problemOf(reply.status, await reply.text());
  return (reply.status === 204 ? undefined : await reply.json()) as T;
}

export const get = <T>(path: string): Promise<T> => call<T>("GET", path);
export const post = <T>(path: string, body: unknown = {}): Promise<T> => call<T>("POST", path, body);
export const patch = <T>(path: string, body: unknown): Promise<T> => call<T>("PATCH", path, body);
export const remove = (path: string, keepalive = false): Promise<void> => call<void>("DELETE", path, undefined, keepalive);

export function leaveWhenSignedOut(): void {
  const login = document.body.dataset.loginUrl;
  if (login) location.assign(`${login}?next=${encodeURIComponent(location.pathname + location.search)}`);
}

export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : text("errorAny"));
