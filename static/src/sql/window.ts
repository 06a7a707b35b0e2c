/** Which rows of many are in the page, and which cells are chosen: arithmetic without a DOM. */

/** First and one behind the last. */
export interface Span {
  first: number;
  last: number;
}

/** Rows to be drawn around what can be seen. */
export function spanOf(scrollTop: number, height: number, rowHeight: number, count: number, spare = 12): Span {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - spare);
  const last = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + spare);
  return { first: Math.min(first, last), last };
}

/** Whether all that can be seen is drawn, so that nothing needs to be done. */
export function covers(drawn: Span, scrollTop: number, height: number, rowHeight: number, count: number): boolean {
  const seen = spanOf(scrollTop, height, rowHeight, count, 0);
  return drawn.first <= seen.first && drawn.last >= seen.last;
}

export interface Place {
  row: number;
  column: number;
}

/** From where it was begun to where it is now. */
export interface Selection {
  anchor: Place;
  head: Place;
}

export interface Block {
  rows: Span;
  columns: Span;
}

export function blockOf({ anchor, head }: Selection): Block {
  return {
    rows: { first: Math.min(anchor.row, head.row), last: Math.max(anchor.row, head.row) + 1 },
    columns: { first: Math.min(anchor.column, head.column), last: Math.max(anchor.column, head.column) + 1 },
  };
}

export function isInside({ rows, columns }: Block, row: number, column: number): boolean {
  return row >= rows.first && row < rows.last && column >= columns.first && column < columns.last;
}

/** Where a key leads, as in the grid pattern of ARIA; null for keys that move nothing. */
export function moved(from: Place, key: string, ctrl: boolean, size: Place, page: number): Place | null {
  const end = { row: size.row - 1, column: size.column - 1 };
  const to = { ...from };
  if (key === "ArrowUp") to.row = ctrl ? 0 : from.row - 1;
  else if (key === "ArrowDown") to.row = ctrl ? end.row : from.row + 1;
  else if (key === "ArrowLeft") to.column = ctrl ? 0 : from.column - 1;
  else if (key === "ArrowRight") to.column = ctrl ? end.column : from.column + 1;
  else if (key === "PageUp") to.row = from.row - page;
  else if (key === "PageDown") to.row = from.row + page;
  else if (key === "Home") Object.assign(to, ctrl ? { row: 0, column: 0 } : { column: 0 });
  else if (key === "End") Object.assign(to, ctrl ? end : { column: end.column });
  else return null;
  const within = (value: number, most: number): number => Math.max(0, Math.min(most, value));
  return { row: within(to.row, end.row), column: within(to.column, end.column) };
}
