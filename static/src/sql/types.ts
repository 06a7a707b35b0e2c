/** What the REST API and the page say about queries (docs: /api/docs/). */

export type Kind = "text" | "integer" | "number" | "boolean" | "date" | "time" | "timestamp" | "json" | "binary" | "other";

export interface Column {
  name: string;
  data_type: string;
  kind: Kind;
}

/** As text2sql/services/cells.py writes them: exact decimals, large integers, times and the like travel as text. */
export type Cell = string | number | boolean | null;
export type Row = readonly Cell[];

export type ChartType = "none" | "number" | "bar" | "line" | "pie" | "scatter";

/** `x` is the column across, or of the labels; `y` are those that are drawn. */
export interface Chart {
  type: ChartType;
  x: number | null;
  y: number[];
}

/** What a card is rendered with. */
export interface CardData {
  columns: Column[];
  rows: Cell[][];
  total: number;
  has_file: boolean;
  chart: Chart;
  language: "sql" | "json";
  type: string;
}

/** What the page is rendered with. */
export interface PageData {
  project: string | null;
  language: string;
  ask_url: string;
}

export interface Query {
  id: string;
  task_id: string;
  task_status: string;
}

export interface Export {
  id: string;
  task_id: string;
  file_format: string;
  status: string;
  rows: number | null;
  file_size: number | null;
  error_message: string;
  url: string | null;
}

export interface SchemaColumn {
  name: string;
  data_type: string;
  kind: Kind;
  nullable: boolean;
  comment: string;
  description: string;
  synonyms: string[];
  samples: string[];
}

export interface ForeignKey {
  columns: string[];
  target_schema: string;
  target_table: string;
  target_columns: string[];
}

export interface SchemaTable {
  schema: string;
  name: string;
  kind: "table" | "view" | "collection";
  columns: SchemaColumn[];
  primary_key: string[];
  foreign_keys: ForeignKey[];
  comment: string;
  description: string;
  synonyms: string[];
  row_estimate: number | null;
}

export interface Catalog {
  database_type: string;
  database_name: string;
  default_schema: string;
  tables: SchemaTable[];
}

export const isNumeric = (kind: Kind): boolean => kind === "integer" || kind === "number";
export const isTemporal = (kind: Kind): boolean => kind === "date" || kind === "time" || kind === "timestamp";
