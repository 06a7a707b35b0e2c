/** Names of tables and columns as they are written into a query, and as they are found by words. */
import type { Catalog, SchemaTable } from "./types";

const QUOTES: Record<string, [string, string]> = { mysql: ["`", "`"], clickhouse: ["`", "`"] };

/** Written as it is where the database reads it so, quoted in its own way otherwise. */
export function quoted(name: string, type: string): string {
  if (type === "mongodb") return name;
  const simple = type === "oracle" ? /^[A-Z][A-Z0-9_$#]*$/ : type === "postgresql" ? /^[a-z_][a-z0-9_]*$/ : /^[A-Za-z_]\w*$/;
  if (simple.test(name)) return name;
  const [open, close] = QUOTES[type] ?? ['"', '"'];
  return `${open}${name.replaceAll(close, close + close)}${close}`;
}

/** With its schema unless that is the one where names are looked up. */
export function tableName(table: SchemaTable, catalog: Catalog): string {
  const name = quoted(table.name, catalog.database_type);
  const isDefault = table.schema === "" || table.schema === catalog.default_schema;
  return isDefault ? name : `${quoted(table.schema, catalog.database_type)}.${name}`;
}

export interface Found {
  table: SchemaTable;
  /** Columns that fit the words; all of them where the table itself fits. */
  columns: ReadonlySet<string> | null;
}

/** Tables that hold every word in their own words or in those of one column. */
export function findTables(catalog: Catalog, words: string): Found[] {
  const wanted = words.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const fits = (haystack: string): boolean => wanted.every((word) => haystack.includes(word));
  const found: Found[] = [];
  for (const table of catalog.tables) {
    const own = spoken(table.name, table);
    if (fits(own)) found.push({ table, columns: null });
    else {
      const columns = table.columns.filter((column) => fits(`${own} ${spoken(column.name, column)}`));
      if (columns.length > 0) found.push({ table, columns: new Set(columns.map((column) => column.name)) });
    }
  }
  return found;
}

function spoken(name: string, about: { comment: string; description: string; synonyms: string[] }): string {
  return [name, about.comment, about.description, ...about.synonyms].join(" ").toLowerCase();
}
