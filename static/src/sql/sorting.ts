/** Comparing cells of one column by what they mean; what has no value comes last, whichever way one sorts. */
import { isNumeric, isTemporal, type Cell, type Kind, type Row } from "./types";

export interface Order {
  column: number;
  down: boolean;
}

type Compare = (a: Exclude<Cell, null>, b: Exclude<Cell, null>) => number;

/** Exact for decimals of any length: JavaScript's numbers decide unless they cannot tell the two apart. */
export function compareNumbers(a: Exclude<Cell, null>, b: Exclude<Cell, null>): number {
  const difference = Number(a) - Number(b);
  if (difference !== 0 && !Number.isNaN(difference)) return difference;
  // NaN and what is no number at all goes behind the numbers.
  const odd = Number(Number.isNaN(Number(a))) - Number(Number.isNaN(Number(b)));
  if (odd !== 0) return odd;
  return compareDigits(String(a), String(b));
}

function compareDigits(a: string, b: string): number {
  const minus = a.startsWith("-") && b.startsWith("-") ? -1 : 1;
  const [left, right] = [partsOf(a), partsOf(b)];
  if (!left || !right) return 0;
  const whole = left[0].length - right[0].length || order(left[0], right[0]);
  return minus * (whole || order(left[1].padEnd(right[1].length, "0"), right[1].padEnd(left[1].length, "0")));
}

function partsOf(text: string): [string, string] | null {
  const found = /^[+-]?0*(\d*)(?:\.(\d*))?$/.exec(text);
  return found ? [found[1] ?? "", found[2] ?? ""] : null;
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** ISO texts of one form sort as they are; with time zones they must be moments first. */
function compareTimes(a: Exclude<Cell, null>, b: Exclude<Cell, null>): number {
  const [left, right] = [String(a), String(b)];
  if (!hasZone(left) || !hasZone(right)) return order(left, right);
  const difference = Date.parse(left) - Date.parse(right);
  return Number.isNaN(difference) || difference === 0 ? order(left, right) : difference;
}

const hasZone = (text: string): boolean => /[+-]\d\d:?\d\d$|Z$/.test(text);

function compareFor(kind: Kind, language: string): Compare {
  if (isNumeric(kind)) return compareNumbers;
  if (isTemporal(kind)) return compareTimes;
  if (kind === "boolean") return (a, b) => Number(a === true) - Number(b === true);
  const collator = new Intl.Collator(language, { numeric: true });
  return (a, b) => collator.compare(String(a), String(b));
}

/** Numbers of the rows in the wanted order; equal ones stay as the database gave them. */
export function sortedRows(rows: readonly Row[], kind: Kind, { column, down }: Order, language: string): number[] {
  const compare = compareFor(kind, language);
  const sign = down ? -1 : 1;
  return rows.map((_row, index) => index).sort((a, b) => {
    const [left, right] = [rows[a]?.[column] ?? null, rows[b]?.[column] ?? null];
    if (left === null || right === null) return Number(left === null) - Number(right === null) || a - b;
    return sign * compare(left, right) || a - b;
  });
}
