/** Frames of /ws/tasks/ and what they do to a page; no DOM here, so that it can be tested by itself. */

export interface TaskState {
  type: "task.state";
  task_id: string;
  task_type: string;
  project_id: string | null;
  status: string;
  attempt: number;
  progress: number | null;
  error_code: string | null;
  at: string;
}

export interface TaskProgress {
  type: "task.progress";
  task_id: string;
  progress: number | null;
  message: string | null;
}

/** Frames may have been lost between the server and its Redis: what is shown may be old. */
export interface Resync {
  type: "task.resync";
}

export type Frame = TaskState | TaskProgress;

export const TERMINAL: ReadonlySet<string> = new Set(["completed", "failed", "cancelled"]);
const RUNNING: ReadonlySet<string> = new Set(["processing"]);

export const isTerminal = (status: string): boolean => TERMINAL.has(status);
export const isRunning = (status: string): boolean => RUNNING.has(status);

/** The frame in a message, or null for anything this page does not know: a newer server may send more kinds. */
export function parseFrame(data: unknown): Frame | Resync | null {
  if (typeof data !== "string") return null;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  if ((value as Partial<Resync>).type === "task.resync") return { type: "task.resync" };
  const frame = value as Partial<Frame>;
  if (typeof frame.task_id !== "string") return null;
  if (frame.type === "task.state") return typeof frame.status === "string" ? (frame as TaskState) : null;
  return frame.type === "task.progress" ? (frame as TaskProgress) : null;
}

/** Percent from 0 to 100, or null when unknown. */
export function percent(progress: number | null | undefined): number | null {
  if (progress === null || progress === undefined || Number.isNaN(progress)) return null;
  return Math.min(100, Math.max(0, Math.round(progress)));
}

/** Which tasks are under way, as far as this page was told. */
export class ActiveTasks {
  private readonly ids = new Set<string>();

  constructor(initial: Iterable<string> = []) {
    for (const id of initial) this.ids.add(id);
  }

  /** Takes a state in and says whether the number changed. */
  apply(frame: TaskState): boolean {
    const before = this.ids.size;
    if (isRunning(frame.status)) this.ids.add(frame.task_id);
    else this.ids.delete(frame.task_id);
    return this.ids.size !== before;
  }

  get count(): number {
    return this.ids.size;
  }
}
