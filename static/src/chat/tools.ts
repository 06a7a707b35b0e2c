/** Work that an answer started: a card with its state, live progress, and the way to its task. */
import { isTerminal, type Frame } from "../lib/frames";
import { icon, statusLook, text } from "../lib/strings";
import { showTask } from "../live";
import { showToast } from "../ui/toasts";
import { get, wordsOf } from "./api";
import { h } from "./dom";
import type { ToolUse } from "./types";

const TITLES: Record<string, string> = {
  say: "chatToolSay", sql: "chatToolSql", image: "chatToolImage", transcribe: "chatToolTranscribe",
};

function drawing(name: string): SVGSVGElement {
  if (name === "say") return icon("volume");
  if (name === "sql") return icon("database-search");
  if (name === "image") return icon("photo");
  if (name === "transcribe") return icon("microphone");
  return icon("tool");
}

/** What the call is about, for people: the one text among its arguments. */
export function subjectOf(args: string): string {
  try {
    const given: unknown = JSON.parse(args);
    const values = typeof given === "object" && given !== null ? Object.values(given) : [];
    return values.filter((value) => typeof value === "string").join(" · ");
  } catch {
    return "";
  }
}

const taskUrl = (id: string): string =>
  (document.body.dataset.taskUrl ?? "").replace("00000000-0000-0000-0000-000000000000", id);

/** Its parts carry the roles that live.ts fills from the frames of /ws/tasks/. */
function progress(tool: ToolUse): HTMLElement {
  const look = statusLook("pending");
  const badge = h("span", { class: `status-badge tone-${look.tone}`, "data-role": "status" }, icon("clock"), h("span", {}, look.label));
  const bar = h("progress", { class: "progress-bar-line", "data-role": "progress", max: "100", "aria-label": text("chatProgress") });
  return h(
    "div", { class: "tool-progress" }, badge, h("span", { class: "tool-bar", "data-role": "running" }, bar),
    h("button", { type: "button", class: "btn btn-quiet", "data-act": "cancel-task", "data-role": "cancel" }, icon("x"), text("cancel")),
    h("a", { class: "btn btn-quiet", href: taskUrl(tool.task_id) }, text("chatOpenTask")),
  );
}

/** The answer as the result's own page shows it: a player, a picture, a table, whatever that kind of work has. */
async function answerOf(taskId: string): Promise<Element | null> {
  const { results } = await get<{ results: { result_id: string }[] }>(`results/?task_id=${taskId}`);
  const id = results[0]?.result_id;
  const reply = id ? await fetch(`/results/${id}/`, { credentials: "same-origin" }) : null;
  if (!reply?.ok) return null;
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  return page.querySelector("[aria-labelledby=answer-title] > .card-body");
}

async function showAnswer(card: HTMLElement, taskId: string): Promise<void> {
  const answer = await answerOf(taskId);
  if (!answer || card.querySelector("[data-part=answer]")) return;
  card.append(h("div", { class: "tool-answer", "data-part": "answer" }, ...document.importNode(answer, true).childNodes));
  // The card has grown: who reads at the end stays there.
  card.dispatchEvent(new CustomEvent("chat:grown", { bubbles: true }));
  if (!card.querySelector("[data-player]")) return;
  const { startPlayers } = await import("../player");
  startPlayers();
}

/** Where the work stands now: frames tell only what happens from here on. */
async function lookUp(card: HTMLElement, taskId: string): Promise<void> {
  try {
    const task = await get<{ status: string; progress: number; task_type: string }>(`tasks/${taskId}/`);
    // A frame may have overtaken the answer: what has ended stays ended.
    if (isTerminal(card.dataset.status ?? "")) return;
    showTask({ type: "task.state", task_id: taskId, project_id: null, attempt: 0, error_code: null, at: "", ...task });
    if (task.status === "completed") await showAnswer(card, taskId);
  } catch (error) {
    showToast("error", wordsOf(error));
  }
}

export function toolCard(tool: ToolUse): HTMLElement {
  const title = TITLES[tool.name];
  const head = h(
    "div", { class: "tool-head" }, drawing(tool.name), h("strong", {}, title ? text(title) : tool.name),
    h("span", { class: "muted truncate" }, subjectOf(tool.arguments)),
  );
  if (!tool.task_id) return h("div", { class: "tool-card" }, head, h("p", { class: "text-danger" }, tool.detail ?? tool.status));
  const card = h("div", { class: "tool-card", "data-task-id": tool.task_id, "data-status": "pending" }, head, progress(tool));
  // Once it stands in the page, where live.ts finds it.
  queueMicrotask(() => void lookUp(card, tool.task_id));
  return card;
}

/** Shows what came out of work that ends while its card is in the page. */
export function watchTools(within: HTMLElement): void {
  document.addEventListener("rh:task", (event) => {
    const frame = (event as CustomEvent<Frame>).detail;
    if (frame.type !== "task.state" || frame.status !== "completed") return;
    for (const card of within.querySelectorAll<HTMLElement>(`.tool-card[data-task-id="${CSS.escape(frame.task_id)}"]`)) {
      showAnswer(card, frame.task_id).catch((error: unknown) => showToast("error", wordsOf(error)));
    }
  });
}
