/** Waiting for tasks: frames of live.ts tell, and a slow look mends what was missed. */
import { get } from "../chat/api";
import { isTerminal, type Frame } from "../lib/frames";
import { showTask } from "../live";

const LOOK_MS = 3_000;

export interface TaskFacts {
  status: string;
  progress: number;
  task_type: string;
  error_message: string;
}

/** Resolves once the task has ended, whichever way; its element must stand in the page. Rejects with Problem. */
export function whenEnded(taskId: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      document.removeEventListener("rh:task", listen);
      window.clearInterval(timer);
    };
    const listen = (event: Event): void => {
      const frame = (event as CustomEvent<Frame>).detail;
      if (frame.type !== "task.state" || frame.task_id !== taskId || !isTerminal(frame.status)) return;
      end();
      resolve();
    };
    const look = async (): Promise<void> => {
      const task = await get<TaskFacts>(`tasks/${taskId}/`);
      showTask({ type: "task.state", task_id: taskId, project_id: null, attempt: 0, error_code: null, at: "", ...task });
      if (!isTerminal(task.status)) return;
      end();
      resolve();
    };
    const tryLook = (): void => {
      look().catch((error: unknown) => {
        end();
        reject(error instanceof Error ? error : new Error(String(error)));
      });
    };
    document.addEventListener("rh:task", listen);
    const timer = window.setInterval(tryLook, LOOK_MS);
    document.dispatchEvent(new CustomEvent("rh:watch"));
    // It may have ended before anybody listened.
    tryLook();
  });
}
