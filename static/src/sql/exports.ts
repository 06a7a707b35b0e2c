/** Files of all rows, written by a worker: progress in the card, then the way to the file. */
import { get, post, wordsOf } from "../chat/api";
import { h, need } from "../chat/dom";
import { icon, statusLook, text } from "../lib/strings";
import { showToast } from "../ui/toasts";
import { whenEnded } from "./following";
import type { Export } from "./types";

const TITLES: Record<string, string> = { csv: "CSV", xlsx: "Excel", parquet: "Parquet", json: "JSON" };

function sizeOf(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/** Its parts carry the roles that live.ts fills. */
function lineOf(made: Export): HTMLElement {
  const look = statusLook("pending");
  const title = TITLES[made.file_format] ?? made.file_format;
  return h(
    "div", { class: "sql-export progress-row", "data-task-id": made.task_id, "data-status": "pending", role: "status" },
    h("span", { class: `status-badge tone-${look.tone}`, "data-role": "status" }, icon("clock"), h("span", {}, look.label)),
    h("span", { "data-role": "running" }, text("sqlExporting", { format: title })),
    h("progress", { class: "progress-bar-line", max: "100", "data-role": "progress", "aria-label": text("sqlExporting", { format: title }) }),
    h("span", { class: "progress-note", "data-role": "percent" }),
    cancelButton(made),
  );
}

function cancelButton(made: Export): HTMLElement {
  const button = h("button", { type: "button", class: "btn btn-quiet", "data-role": "cancel" }, icon("x"), text("cancel"));
  button.addEventListener("click", () => {
    post(`tasks/${made.task_id}/cancel/`).catch((error: unknown) => showToast("error", wordsOf(error)));
  });
  return button;
}

function finished(line: HTMLElement, made: Export): void {
  const title = TITLES[made.file_format] ?? made.file_format;
  if (!made.url) {
    line.replaceChildren(icon("alert-circle"), h("span", {}, made.error_message || text("sqlExportFailed")));
    return;
  }
  const facts = { rows: String(made.rows ?? 0), size: sizeOf(made.file_size ?? 0) };
  const link = h("a", { class: "btn", href: made.url, download: true }, icon("download"), text("sqlExportDownload", { format: title }));
  line.replaceChildren(link, h("span", { class: "muted num" }, text("sqlExportReady", facts)));
}

async function begin(section: HTMLElement, query: string, format: string): Promise<void> {
  const made = await post<Export>(`queries/${query}/exports/`, { format });
  const line = lineOf(made);
  need("[data-part=exports]", section).append(line);
  await whenEnded(made.task_id);
  finished(line, await get<Export>(`query-exports/${made.id}/`));
}

export function startExports(section: HTMLElement, query: string): void {
  for (const button of section.querySelectorAll<HTMLElement>("[data-export]")) {
    button.addEventListener("click", () => {
      button.closest("details")?.removeAttribute("open");
      begin(section, query, button.dataset.export ?? "csv").catch((error: unknown) => showToast("error", wordsOf(error)));
    });
  }
}
