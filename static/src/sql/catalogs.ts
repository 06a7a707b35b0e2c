/** Schemas of databases, each fetched once and only when somebody needs it. */
import { get, Problem } from "../chat/api";
import type { Catalog } from "./types";

const known = new Map<string, Promise<Catalog | null>>();

async function fetchCatalog(connection: string): Promise<Catalog | null> {
  try {
    return (await get<{ schema_json: Catalog }>(`database-connections/${connection}/schema/`)).schema_json;
  } catch (error) {
    if (error instanceof Problem && error.code === "schema_not_read") return null;
    throw error;
  }
}

/** Null before the schema was read; throws Problem. */
export function catalogOf(connection: string): Promise<Catalog | null> {
  const asked = known.get(connection) ?? fetchCatalog(connection);
  known.set(connection, asked);
  // What was not there, or could not be had, may be there the next time.
  asked.then((catalog) => catalog ?? known.delete(connection), () => known.delete(connection));
  return asked;
}

export const forgetCatalog = (connection: string): boolean => known.delete(connection);
