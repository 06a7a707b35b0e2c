/** Cells as text, for the grid, the clipboard and files. */
import type { Cell, Column, Row } from "./types";

/** As text2sql/selectors/cards.py writes it. */
export const shown = (cell: Cell): string => (cell === null ? "null" : String(cell));

/** Empty for what has no value: spreadsheets and other programs know no null. */
const plain = (cell: Cell): string => (cell === null ? "" : String(cell));

/** Tabs and line breaks would end a cell: such ones are quoted, as spreadsheets paste them. */
function tsvCell(cell: Cell): string {
  const text = plain(cell);
  return /["\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function toTsv(rows: readonly Row[], names: readonly string[] = []): string {
  const lines = names.length > 0 ? [names, ...rows] : rows;
  return lines.map((row) => row.map(tsvCell).join("\t")).join("\n");
}

/** What spreadsheets take for a formula when it begins a cell (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r]/;

function csvCell(cell: Cell): string {
  let text = plain(cell);
  // Decimals are text, too, and may begin with a minus.
  if (typeof cell === "string" && FORMULA.test(text) && !isNumber(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const isNumber = (text: string): boolean => /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text);

/** RFC 4180 with a byte-order mark, by which Excel knows UTF-8. */
export function toCsv(columns: readonly Column[], rows: readonly Row[]): string {
  const lines = [columns.map((column) => column.name), ...rows].map((row) => row.map(csvCell).join(","));
  return `\uFEFF${lines.join("\r\n")}\r\n`;
}
