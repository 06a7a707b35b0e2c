/** The rows of one result as far as they are here, in the order in which they are shown. */
import { sortedRows, type Order } from "./sorting";
import type { Column, Row } from "./types";

export class RowStore {
  private rows: Row[];
  private order: number[] | null = null;
  sorting: Order | null = null;

  constructor(
    readonly columns: readonly Column[],
    rows: readonly Row[],
    /** How many there are altogether. */
    readonly total: number,
    private readonly language = "en",
  ) {
    this.rows = [...rows];
  }

  get length(): number {
    return this.rows.length;
  }

  get isComplete(): boolean {
    return this.rows.length >= this.total;
  }

  /** The row at a place of the grid. */
  at(place: number): Row | undefined {
    return this.rows[this.order ? (this.order[place] ?? -1) : place];
  }

  /** All rows as they are shown. */
  shown(): Row[] {
    return this.order ? this.order.map((index) => this.rows[index] ?? []) : [...this.rows];
  }

  /** As the database gave them. */
  given(): readonly Row[] {
    return this.rows;
  }

  /** Begins anew: the file holds the first rows, too. */
  replace(rows: readonly Row[]): void {
    this.rows = [...rows];
    this.sort(this.sorting);
  }

  /** More rows; those that stand keep their places until `sort` is called again. */
  add(rows: readonly Row[]): void {
    const before = this.rows.length;
    for (const row of rows) this.rows.push(row);
    if (this.order) for (let index = before; index < this.rows.length; index += 1) this.order.push(index);
  }

  sort(order: Order | null): void {
    this.sorting = order;
    const column = order ? this.columns[order.column] : undefined;
    this.order = order && column ? sortedRows(this.rows, column.kind, order, this.language) : null;
  }

  /** Up, down, and back to the database's own order. */
  toggleSort(column: number): void {
    if (this.sorting?.column !== column) this.sort({ column, down: false });
    else this.sort(this.sorting.down ? null : { column, down: true });
  }
}
