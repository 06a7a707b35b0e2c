/** What the REST API says about chats (docs: /api/docs/), and what the page was rendered with. */

export type MessageStatus = "streaming" | "completed" | "stopped" | "interrupted" | "failed";

export interface Attachment {
  id: string;
  name: string;
  type: string;
  size: number;
}

export interface Source {
  number: number;
  kind: string;
  title: string;
  page: number | null;
  heading: string;
  reference: string;
  text: string;
  score: number;
}

export interface ToolUse {
  call_id: string;
  name: string;
  arguments: string;
  task_id: string;
  status: string;
  detail?: string;
}

/** What a question did to its person's standing in the project, where they are to be told. */
export interface ScopeNote {
  level: "warning" | "blocked";
  intent: string;
  score: number;
}

export interface Abilities {
  stop: boolean;
  continue: boolean;
  regenerate: boolean;
  edit: boolean;
  fork: boolean;
}

export interface Message {
  id: string;
  conversation_id: string;
  parent_message_id: string | null;
  role: "user" | "assistant" | "system";
  content: string;
  files: Attachment[];
  /** The page is rendered with their numbers alone (`source_numbers`); the texts are fetched when somebody looks. */
  sources: Source[];
  source_numbers?: number[];
  metadata: { finish_reason?: string; model?: string; tools?: ToolUse[]; memories?: string[]; continues?: string; scope?: ScopeNote };
  versions: string[];
  is_edited: boolean;
  status: MessageStatus;
  engine_name: string;
  engine_version: string;
  error_code: string;
  error_message: string;
  last_seq: number;
  abilities: Abilities;
}

/** A message as the page was rendered with it, without its text, what is empty, and what is usual for its role. */
export interface PageMessage {
  id: string;
  parent?: string;
  role: Message["role"];
  status?: MessageStatus;
  versions?: string[];
  files?: Attachment[];
  source_numbers?: number[];
  metadata?: Message["metadata"];
  edited?: true;
  engine?: string;
  engine_version?: string;
  error_code?: string;
  error_message?: string;
  last_seq?: number;
  abilities?: (keyof Abilities)[];
}

export interface Branch {
  messages: Message[];
  leaf: string | null;
  has_more: boolean;
}

export interface Conversation {
  id: string;
  title: string;
  model: string;
  is_archived: boolean;
  is_pinned: boolean;
  folder: string;
  tags: string[];
  is_temporary: boolean;
}

/** Both after a question or an edit; the reply alone after "regenerate" and "continue". */
export interface Exchange {
  message?: Message;
  reply: Message;
}

/** A question that several engines answer. */
export interface Comparison {
  message: Message;
  replies: Message[];
}

export interface Memory {
  id: string;
  question: string;
  answer: string;
}

export interface UploadedFile {
  id: string;
  original_filename: string;
  mime_type: string;
  file_size: number;
  status: "waiting" | "ready" | "failed";
  page_count: number | null;
  error_message: string;
}

export interface Engine {
  name: string;
  label: string;
}

export interface PageData {
  account: string;
  project: string | null;
  conversation: Conversation | null;
  messages: PageMessage[];
  has_more: boolean;
  engines: Engine[];
  can_speak: boolean;
  ask: string;
  ask_now: boolean;
  new_url: string;
  standing_url: string;
}

const USUAL: Record<Message["role"], (keyof Abilities)[]> = {
  user: ["edit", "fork"], assistant: ["regenerate", "fork"], system: [],
};

/** The whole messages of a branch; where no parent is named, it is the message before. */
export function inflatedAll(given: readonly PageMessage[], contents: readonly string[], conversationId: string): Message[] {
  return given.map((each, index) => ({
    ...inflated(each, contents[index] ?? "", conversationId),
    parent_message_id: each.parent ?? given[index - 1]?.id ?? null,
  }));
}

function inflated(given: PageMessage, content: string, conversationId: string): Message {
  const abilities = given.abilities ?? USUAL[given.role];
  const has = (ability: keyof Abilities): boolean => abilities.includes(ability);
  return {
    id: given.id,
    conversation_id: conversationId,
    parent_message_id: null,
    role: given.role,
    content,
    files: given.files ?? [],
    sources: [],
    source_numbers: given.source_numbers ?? [],
    metadata: given.metadata ?? {},
    versions: given.versions ?? [given.id],
    is_edited: given.edited ?? false,
    status: given.status ?? "completed",
    engine_name: given.engine ?? "",
    engine_version: given.engine_version ?? "",
    error_code: given.error_code ?? "",
    error_message: given.error_message ?? "",
    last_seq: given.last_seq ?? 0,
    abilities: {
      stop: has("stop"), continue: has("continue"), regenerate: has("regenerate"), edit: has("edit"), fork: has("fork"),
    },
  };
}

/** By these numbers the answer cites them; an engine that names what it used leaves out the others. */
export const sourceNumbers = (message: Message): number[] =>
  message.sources.length > 0 ? message.sources.map((source) => source.number) : (message.source_numbers ?? []);

export const isEnded = (status: MessageStatus): boolean => status !== "streaming";
