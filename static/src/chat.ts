/** The Chat page: puts its parts together. Every part stands in chat/. */
import "./styles/chat.css";
import { text } from "./lib/strings";
import { isTyping } from "./ui/lists";
import { showToast } from "./ui/toasts";
import { get, isScopeBlock, leaveWhenSignedOut, patch, post, Problem, settled, wordsOf } from "./chat/api";
import { Composer, type Question } from "./chat/composer";
import { Deeds } from "./chat/deeds";
import { need } from "./chat/dom";
import { browserStore, Drafts } from "./chat/drafts";
import type { ChatFrame } from "./chat/frames";
import { ConversationList } from "./chat/list";
import { RememberDialog } from "./chat/memories";
import { lastEditable } from "./chat/path";
import { Scroll } from "./chat/scroll";
import { SettingsPanel } from "./chat/settings";
import { ChatSocket } from "./chat/socket";
import { Thread } from "./chat/thread";
import { inflatedAll, type Comparison, type Conversation, type Exchange, type PageData } from "./chat/types";

const data = JSON.parse(need("#chat-data").textContent ?? "") as PageData;
const stage = need("[data-part=stage]");
const title = need("[data-part=title]");
const temporary = document.querySelector<HTMLInputElement>("input[name=is_temporary]");
let conversation: Conversation | null = data.conversation;
const currentId = (): string | null => conversation?.id ?? null;
const chatUrl = (id: string): string => `${data.new_url}${id}/`;

const scroll: Scroll = new Scroll(need("[data-part=scroller]"), need("[data-act=to-end]"), () => void loadOlder());
const socket: ChatSocket = new ChatSocket("/ws/chat/", {
  onFrame: receive,
  onBack: () => {
    list.refresh();
    void catchUp(null);
  },
  onRefused: leaveWhenSignedOut,
});
const thread: Thread = new Thread(
  currentId(),
  { engines: data.engines, canSpeak: data.can_speak, standingUrl: data.standing_url, onDrawn: () => scroll.keep() },
  { socket: () => socket, scroll: () => scroll, onChange: refresh },
);
const list = new ConversationList({ currentId, newUrl: data.new_url, onRenamed: adopt, leaf: () => thread.leaf?.id ?? null });
const settings = new SettingsPanel(currentId);
const deeds = new Deeds({
  thread, remember: new RememberDialog(), toEnd: () => scroll.toEnd(), leave: (url) => location.assign(url), chatUrl,
  standingUrl: data.standing_url,
});
const composer = new Composer(new Drafts(data.account, browserStore()), { conversationId: currentId, send, stop, editLast });

function refresh(): void {
  composer.setRunning(thread.running.length > 0);
  stage.classList.toggle("is-new", thread.messages.length === 0);
}

async function loadOlder(): Promise<void> {
  try {
    await thread.older();
  } catch (error) {
    showToast("error", wordsOf(error));
  }
}

/** The open conversation as the server has it now. */
function adopt(changed: Conversation): void {
  if (changed.id !== currentId()) return;
  conversation = changed;
  title.textContent = changed.title || text("chatNew");
  document.title = `${changed.title || text("chatNew")} · Roundhouse`;
  stage.dataset.conversation = changed.id;
  stage.toggleAttribute("data-pinned", changed.is_pinned);
  stage.toggleAttribute("data-archived", changed.is_archived);
}

async function begin(): Promise<Conversation> {
  const wanted = { ...settings.pending, model: composer.model, is_temporary: temporary?.checked ?? false };
  const made = await post<Conversation>("conversations/", data.project ? { ...wanted, project_id: data.project } : wanted);
  conversation = made;
  thread.conversationId = made.id;
  history.pushState(null, "", chatUrl(made.id));
  stage.classList.toggle("is-temporary", made.is_temporary);
  return made;
}

async function put(id: string, question: Question): Promise<void> {
  const { model, models, ...rest } = question;
  const body = { ...rest, parent_message_id: thread.leaf?.id ?? null };
  if (models.length > 0) {
    const { message, replies } = await post<Comparison>(`conversations/${id}/compare/`, { ...body, models });
    thread.compare(replies, message);
    return;
  }
  const made = await post<Exchange>(`conversations/${id}/messages/`, { ...body, model });
  thread.put(...(made.message ? [made.message] : []), made.reply);
}

async function send(question: Question): Promise<boolean> {
  try {
    const { id } = conversation ?? (await begin());
    await put(id, question);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    composer.refuse(error.message, isScopeBlock(error) ? data.standing_url : undefined);
    return false;
  }
  scroll.toEnd();
  void showTitle();
  return true;
}

/** The first question gives the conversation its title. */
async function showTitle(): Promise<void> {
  const id = currentId();
  if (id && !conversation?.title) adopt(await get<Conversation>(`conversations/${id}/`));
  list.refresh();
}

/** The conversation itself has changed: its engine has found a title. */
async function renew(id: string): Promise<void> {
  try {
    adopt(await get<Conversation>(`conversations/${id}/`));
  } catch (error) {
    // Deleted in another tab meanwhile: the list says so.
    if (!(error instanceof Problem)) throw error;
  }
}

function stop(): void {
  for (const { id } of thread.running) {
    post(`messages/${id}/stop/`).catch((error: unknown) => {
      // It ended in this moment: just what was wanted.
      if (error instanceof Problem && error.status === 409) return;
      showToast("error", wordsOf(error));
    });
  }
}

function editLast(): boolean {
  const message = lastEditable(thread.messages);
  const view = message && thread.running.length === 0 ? thread.view(message.id) : undefined;
  if (view) deeds.edit(view);
  return view !== undefined;
}

function receive(frame: ChatFrame): void {
  if (frame.type === "chat.changed") {
    list.refresh();
    const written = frame.reply_id || frame.message_id;
    if (frame.conversation_id === currentId()) void (written ? catchUp(written) : renew(frame.conversation_id));
  } else if (frame.type !== "error") thread.take(frame);
}

/** What another tab or device wrote in the open conversation. */
async function catchUp(leaf: string | null): Promise<void> {
  await settled();
  if (!currentId() || (leaf && thread.message(leaf))) return;
  const shown = thread.leaf?.id ?? null;
  try {
    const branch = await thread.load(leaf ?? shown);
    // A branch that somebody else went off to is not forced upon the reader: only its number among the versions is new.
    const joins = shown === null || branch.messages.some((message) => message.id === shown);
    thread.join(joins ? branch : await thread.load(shown));
  } catch (error) {
    showToast("error", wordsOf(error));
  }
}

function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && thread.running.length > 0 && !document.querySelector(":popover-open")) stop();
    if (event.key !== "/" || isTyping(event.target)) return;
    event.preventDefault();
    composer.focus();
  });
}

function startDrops(): void {
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
  let depth = 0;
  const show = (change: number): void => {
    depth = Math.max(0, depth + change);
    stage.classList.toggle("is-dropping", depth > 0);
  };
  stage.addEventListener("dragenter", (event) => { if (hasFiles(event)) show(1); });
  stage.addEventListener("dragleave", (event) => { if (hasFiles(event)) show(-1); });
  stage.addEventListener("dragover", (event) => { if (hasFiles(event)) event.preventDefault(); });
  stage.addEventListener("drop", (event) => {
    show(-depth);
    if (!hasFiles(event)) return;
    event.preventDefault();
    composer.addFiles(event.dataTransfer?.files ?? []);
  });
}

/** The page was rendered with the texts in the document and everything else as data, both in the same order. */
function startThread(): void {
  const printed = [...thread.list.children].map((each) => each.textContent ?? "");
  const messages = inflatedAll(data.messages, printed, currentId() ?? "");
  thread.list.replaceChildren();
  thread.start(messages, data.has_more);
}

function startComposer(): void {
  composer.onModel((model) => {
    const id = currentId();
    if (!id) return;
    patch<Conversation>(`conversations/${id}/`, { model }).then(adopt, (error: unknown) => showToast("error", wordsOf(error)));
  });
  for (const button of document.querySelectorAll<HTMLElement>("[data-suggest]")) {
    button.addEventListener("click", () => composer.write(button.dataset.suggest ?? ""));
  }
  temporary?.addEventListener("change", () => stage.classList.toggle("is-temporary", temporary.checked));
  if (data.ask) composer.write(data.ask);
  if (data.ask && data.ask_now) void composer.submit();
  else if (!matchMedia("(pointer: coarse)").matches && currentId() === null) composer.focus();
}

startThread();
startComposer();
startKeys();
startDrops();
window.addEventListener("popstate", () => location.reload());
