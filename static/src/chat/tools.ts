/** Work that an answer started: a card with its state, live progress, and the way to its task. */
import { icon, statusLook, text } from "../lib/strings";
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
    h("a", { class: "btn btn-quiet", href: taskUrl(tool.task_id) }, text("chatOpenTask")),
    h("button", { type: "button", class: "btn btn-quiet", "data-act": "cancel-task", "data-role": "cancel" }, icon("x"), text("cancel")),
  );
}

export function toolCard(tool: ToolUse): HTMLElement {
  const head = h(
    "div", { class: "tool-head" }, drawing(tool.name), h("strong", {}, TITLES[tool.name] ? text(TITLES[tool.name] ?? "") : tool.name),
    h("span", { class: "muted truncate" }, subjectOf(tool.arguments)),
  );
  if (!tool.task_id) return h("div", { class: "tool-card" }, head, h("p", { class: "text-danger" }, tool.detail ?? tool.status));
  const card = h("div", { class: "tool-card", "data-task-id": tool.task_id, "data-status": "pending" }, head, progress(tool));
  return card;
}
