/** From rows to what a chart draws. A chart is a choice of columns, never code. */
import { shown } from "./cells";
import { sortedRows } from "./sorting";
import { isNumeric, isTemporal, type Cell, type Chart, type ChartType, type Column, type Row } from "./types";

/** More points than these would be drawn over each other. */
export const MOST_POINTS: Record<ChartType, number> = { none: 0, number: 1, bar: 60, line: 2_000, pie: 12, scatter: 2_000 };

export interface Series {
  name: string;
  values: (number | null)[];
}

export interface Drawing {
  labels: string[];
  /** Across, where the columns hold numbers; for points. */
  across: (number | null)[];
  series: Series[];
  isCut: boolean;
}

/** A cell as a number; null for what is none. */
export function numberOf(cell: Cell | undefined): number | null {
  if (cell === null || cell === undefined || cell === "") return null;
  const value = Number(cell);
  return Number.isFinite(value) ? value : null;
}

/** Columns that can be drawn, by their places. */
export const measures = (columns: readonly Column[]): number[] =>
  columns.flatMap((column, place) => (isNumeric(column.kind) ? [place] : []));

/** Kinds of charts that the result can be shown as. */
export function fittingTypes(columns: readonly Column[], total: number): ChartType[] {
  const numbers = measures(columns);
  if (numbers.length === 0) return ["none"];
  if (total === 1) return columns.length === 1 ? ["none", "number"] : ["none"];
  return numbers.length > 1 ? ["none", "bar", "line", "pie", "scatter"] : ["none", "bar", "line", "pie"];
}

/** The columns that a kind of chart begins with; keeps what was chosen where it can. */
export function withType(chart: Chart, type: ChartType, columns: readonly Column[]): Chart {
  const numbers = measures(columns);
  if (type === "none" || type === "number") return { ...chart, type };
  const across = chart.x ?? firstLabel(columns, type, numbers);
  const drawn = chart.y.filter((place) => numbers.includes(place));
  const usual = numbers.filter((place) => place !== across).slice(0, 1);
  const y = drawn.length > 0 ? drawn : usual.length > 0 ? usual : numbers.slice(0, 1);
  return { type, x: across, y: type === "pie" || type === "scatter" ? y.slice(0, 1) : y };
}

function firstLabel(columns: readonly Column[], type: ChartType, numbers: readonly number[]): number | null {
  if (type === "scatter") return numbers[0] ?? null;
  const found = columns.findIndex((column) => isTemporal(column.kind) || column.kind === "text" || column.kind === "boolean");
  return found < 0 ? null : found;
}

/** What was remembered may not fit any more: the columns' places are checked. */
export function isDrawable({ type, x, y }: Chart, columns: readonly Column[], total: number): boolean {
  if (!fittingTypes(columns, total).includes(type)) return false;
  if (type === "none" || type === "number") return true;
  return (x === null || x in columns) && y.length > 0 && y.every((place) => measures(columns).includes(place));
}

export function drawingOf({ type, x, y }: Chart, columns: readonly Column[], rows: readonly Row[]): Drawing {
  const most = MOST_POINTS[type];
  const drawn = (type === "line" ? inTime(columns, rows, x) : rows).slice(0, most);
  return {
    labels: drawn.map((row, place) => (x === null ? String(place + 1) : shown(row[x] ?? null))),
    across: x === null ? drawn.map((_row, place) => place + 1) : drawn.map((row) => numberOf(row[x])),
    series: y.map((place) => ({ name: columns[place]?.name ?? "", values: drawn.map((row) => numberOf(row[place])) })),
    isCut: rows.length > most,
  };
}

/** Time runs from left to right, in whichever order the rows came. */
function inTime(columns: readonly Column[], rows: readonly Row[], x: number | null): readonly Row[] {
  const column = x === null ? undefined : columns[x];
  if (x === null || !column || !isTemporal(column.kind)) return rows;
  return sortedRows(rows, column.kind, { column: x, down: false }, "en").map((index) => rows[index] ?? []);
}

export interface Summary {
  count: number;
  least: number;
  most: number;
}

/** For those who cannot see the drawing; null when nothing is drawn. */
export function summaryOf({ series }: Drawing): Summary | null {
  const values = series.flatMap(({ values: each }) => each).filter((value) => value !== null);
  if (values.length === 0) return null;
  return { count: series[0]?.values.length ?? 0, least: Math.min(...values), most: Math.max(...values) };
}
