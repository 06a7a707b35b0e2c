/** One WebSocket per page: task frames arrive here, change what is visible and wake what asked to be woken. */
import { ActiveTasks, isRunning, isTerminal, parseFrame, percent, type Frame, type TaskState } from "./lib/frames";
import { clock } from "./lib/format";
import { reconnectDelay } from "./lib/reconnect";
import { icon, statusLook, text } from "./lib/strings";
import { showToast } from "./ui/toasts";

const OFFLINE_NOTICE_MS = 4_000;
/** Answers and files of a chat are seen there, and there are many of them. */
const TOLD_BY_THE_CHAT = "chatbot.";
/** What an element's clock started from: the seconds the server printed, and when this page first saw them. */
const since = new WeakMap<HTMLElement, { seconds: string; at: number }>();

let socket: WebSocket | null = null;
let attempt = 0;
let everConnected = false;
let offlineTimer: number | undefined;

const elementsOf = (taskId: string): HTMLElement[] => [
  ...document.querySelectorAll<HTMLElement>(`[data-task-id="${CSS.escape(taskId)}"]`),
];

function emit(name: string, detail: unknown): void {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

/** Parts of a task's element; the parts of another task nested in it are not its own. */
function parts(host: HTMLElement, role: string): HTMLElement[] {
  return [...host.querySelectorAll<HTMLElement>(`[data-role=${role}]`)].filter(
    (part) => part.closest("[data-task-id]") === host,
  );
}

function showStatus(host: HTMLElement, status: string): void {
  const look = statusLook(status);
  for (const badge of parts(host, "status")) {
    badge.className = `status-badge tone-${look.tone}`;
    badge.dataset.status = status;
    const label = document.createElement("span");
    label.textContent = look.label;
    badge.replaceChildren(icon(look.icon), label);
  }
  host.dataset.status = status;
  for (const element of parts(host, "cancel")) element.hidden = isTerminal(status);
  for (const element of parts(host, "running")) element.hidden = isTerminal(status);
  for (const element of parts(host, "elapsed")) {
    if (!isRunning(status)) element.removeAttribute("data-ticking");
    else if (!element.hasAttribute("data-ticking")) {
      element.dataset.seconds = "0";
      element.setAttribute("data-ticking", "");
    }
  }
}

function showProgress(host: HTMLElement, value: number | null): void {
  for (const bar of parts(host, "progress")) {
    if (!(bar instanceof HTMLProgressElement)) continue;
    if (value === null) bar.removeAttribute("value");
    else bar.value = value;
  }
  for (const label of parts(host, "percent")) label.textContent = value === null ? "" : `${value} %`;
}

/** The newest percentage of each running task: a fragment brings the row's, which the worker writes less often. */
const newest = new Map<string, number>();

function remember(frame: Frame, value: number | null): void {
  if (frame.type === "task.state") newest.delete(frame.task_id);
  else if (value !== null) newest.set(frame.task_id, value);
}

/** Beside new content: progress never falls back. */
function keepProgress(): void {
  for (const [id, value] of newest) {
    for (const host of elementsOf(id)) if (isRunning(host.dataset.status ?? "")) showProgress(host, value);
  }
}

/** Shows a frame wherever its task is in the page; for scripts that asked the server by themselves, too. */
export function showTask(frame: Frame): void {
  const value = percent(frame.progress);
  remember(frame, value);
  for (const host of elementsOf(frame.task_id)) {
    // Progress may overtake or trail a state: what has ended stays ended.
    if (frame.type === "task.state") showStatus(host, frame.status);
    else if (isTerminal(host.dataset.status ?? "")) continue;
    if (value !== null || frame.type === "task.progress") showProgress(host, value);
    if (frame.type !== "task.progress" || frame.message === null) continue;
    for (const message of parts(host, "message")) message.textContent = frame.message;
  }
}

let active = new ActiveTasks();

function showActive(): void {
  for (const badge of document.querySelectorAll<HTMLElement>("[data-role=active-count]")) {
    badge.textContent = String(active.count);
    badge.hidden = active.count === 0;
  }
}

/** A finished task that this page does not show is announced: its owner may have gone on to something else. */
function announce(frame: TaskState): void {
  if (elementsOf(frame.task_id).length > 0 || frame.task_type.startsWith(TOLD_BY_THE_CHAT)) return;
  const href = document.body.dataset.taskUrl?.replace("00000000-0000-0000-0000-000000000000", frame.task_id);
  if (frame.status === "completed") showToast("success", text("taskCompleted", { task: frame.task_type }), href);
  if (frame.status === "failed") showToast("error", text("taskFailed", { task: frame.task_type }), href);
}

function receive(frame: Frame): void {
  if (frame.type === "task.state") {
    announce(frame);
    if (active.apply(frame)) showActive();
  }
  showTask(frame);
  emit("rh:task", frame);
  if (frame.type !== "task.state") return;
  emit(`rh:task-${frame.task_id}`, frame);
  emit("rh:tasks", frame);
}

/** Tasks on this page that may still change. */
function unfinished(): Set<string> {
  const ids = new Set<string>();
  for (const host of document.querySelectorAll<HTMLElement>("[data-task-id]")) {
    if (host.dataset.taskId && !isTerminal(host.dataset.status ?? "")) ids.add(host.dataset.taskId);
  }
  return ids;
}

function watchVisible(): void {
  if (socket?.readyState !== WebSocket.OPEN) return;
  for (const id of unfinished()) socket.send(JSON.stringify({ type: "task.watch", task_id: id }));
}

/** What happened between the rendering and the socket is unknown too, but only for what had not ended. */
function refreshUnfinished(): void {
  const ids = unfinished();
  for (const id of ids) emit(`rh:task-${id}`, null);
  if (ids.size > 0) emit("rh:tasks", null);
}

/** What happened while the socket was away is unknown: everything that listens asks the server again. */
function refreshEverything(): void {
  const ids = new Set([...document.querySelectorAll<HTMLElement>("[data-task-id]")].map((host) => host.dataset.taskId));
  for (const id of ids) emit(`rh:task-${id}`, null);
  emit("rh:tasks", null);
  emit("rh:refresh", null);
}

function onOpen(): void {
  attempt = 0;
  window.clearTimeout(offlineTimer);
  document.body.classList.remove("is-offline");
  watchVisible();
  if (everConnected) refreshEverything();
  else refreshUnfinished();
  everConnected = true;
}

function onClose(url: string): void {
  socket = null;
  // A short gap (a restart, a sleeping laptop) is not worth a notice.
  if (attempt === 0) offlineTimer = window.setTimeout(() => document.body.classList.add("is-offline"), OFFLINE_NOTICE_MS);
  window.setTimeout(() => connect(url), reconnectDelay(attempt));
  attempt += 1;
}

function connect(url: string): void {
  if (socket) return;
  socket = new WebSocket(url);
  socket.addEventListener("open", onOpen);
  socket.addEventListener("message", (event) => {
    const frame = parseFrame(event.data);
    if (frame?.type === "task.resync") refreshUnfinished();
    else if (frame) receive(frame);
  });
  socket.addEventListener("close", () => onClose(url));
}

function tick(): void {
  for (const element of document.querySelectorAll<HTMLElement>("[data-role=elapsed][data-ticking]")) {
    const seconds = element.dataset.seconds ?? "0";
    let start = since.get(element);
    // A morph keeps the element and changes the number: count from the new one.
    if (start?.seconds !== seconds) {
      start = { seconds, at: performance.now() };
      since.set(element, start);
    }
    element.textContent = clock(Number(seconds) + (performance.now() - start.at) / 1000);
  }
}

/** Counts what the page was rendered with; the list of running work in the top bar names every task under way. */
function countActive(): void {
  const rows = document.querySelectorAll<HTMLElement>("#running-tasks [data-task-id]");
  active = new ActiveTasks([...rows].filter((row) => isRunning(row.dataset.status ?? "")).map((row) => row.dataset.taskId ?? ""));
  showActive();
}

export function startLive(): void {
  tick();
  window.setInterval(tick, 1_000);
  // In the same breath as the new content: a moment later the older number would have been seen.
  document.addEventListener("htmx:before:settle", keepProgress);
  document.addEventListener("htmx:after:swap", (event) => {
    tick();
    watchVisible();
    if ((event.target as Element | null)?.id === "running-tasks") countActive();
  });
  // Scripts that put an element with a task into the page say so.
  document.addEventListener("rh:watch", watchVisible);
  const path = document.body.dataset.liveUrl;
  if (path) connect(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`);
}
