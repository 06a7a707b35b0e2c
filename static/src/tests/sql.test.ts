import { describe, expect, it } from "vitest";
import { shown, toCsv, toTsv } from "../sql/cells";
import { drawingOf, fittingTypes, isDrawable, measures, numberOf, summaryOf, withType } from "../sql/chartdata";
import { findTables, quoted, tableName } from "../sql/names";
import { jsonLines } from "../sql/ndjson";
import { chosenChart, rememberChart, type Store } from "../sql/remembered";
import { RowStore } from "../sql/rows";
import { compareNumbers, sortedRows } from "../sql/sorting";
import type { Catalog, Cell, Chart, Column, Kind, SchemaColumn, SchemaTable } from "../sql/types";
import { blockOf, covers, isInside, moved, spanOf } from "../sql/window";

const column = (name: string, kind: Kind): Column => ({ name, kind, data_type: kind });
const COLUMNS = [column("month", "date"), column("city", "text"), column("revenue", "number"), column("orders", "integer")];
const ROWS: Cell[][] = [
  ["2026-02-01", "Huế", "1200.50", 12],
  ["2026-01-01", "Đà Nẵng", null, 3],
  ["2026-03-01", "Hà Nội", "-3.25", 7],
];

async function* chunks(...parts: string[]): AsyncGenerator<string> {
  yield* parts;
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

describe("cells", () => {
  it("are shown as the server shows them", () => {
    expect([null, true, false, 3, "a\nb"].map(shown)).toEqual(["null", "true", "false", "3", "a\nb"]);
  });

  it("go to the clipboard with tabs, breaks and quotes kept inside their cell", () => {
    expect(toTsv([["a", null], ["b\tc", 'say "x"'], ["d\ne", true]])).toBe('a\t\n"b\tc"\t"say ""x"""\n"d\ne"\ttrue');
    expect(toTsv([["1"]], ["name"])).toBe("name\n1");
  });

  it("go to CSV so that no spreadsheet runs them, and numbers stay numbers", () => {
    const rows: Cell[][] = [["=1+1", "-12.50"], ["@x", -3], ['a,"b"', null]];
    expect(toCsv([column("a", "text"), column("b", "number")], rows)).toBe('\uFEFFa,b\r\n\'=1+1,-12.50\r\n\'@x,-3\r\n"a,""b""",\r\n');
  });
});

describe("sorting", () => {
  const sorted = (kind: Kind, values: Cell[], down = false): Cell[] => {
    const rows = values.map((value) => [value]);
    return sortedRows(rows, kind, { column: 0, down }, "en").map((index) => values[index] ?? null);
  };

  it("follows what a column holds, and puts what has no value last", () => {
    expect(sorted("number", ["10.5", null, "9", "-2", "100"])).toEqual(["-2", "9", "10.5", "100", null]);
    expect(sorted("number", ["10.5", null, "9"], true)).toEqual(["10.5", "9", null]);
    expect(sorted("integer", [3, "9007199254740993", 2])).toEqual([2, 3, "9007199254740993"]);
    expect(sorted("text", ["b10", "B2", "a"])).toEqual(["a", "B2", "b10"]);
    expect(sorted("boolean", [true, null, false])).toEqual([false, true, null]);
    expect(sorted("date", ["2026-02-01", "2025-12-31"])).toEqual(["2025-12-31", "2026-02-01"]);
    expect(sorted("timestamp", ["2026-01-01 01:00:00+07:00", "2025-12-31 17:00:00+00:00"])[0]).toBe("2025-12-31 17:00:00+00:00");
  });

  it("tells decimals apart that JavaScript takes for equal", () => {
    const signs = (pairs: [string, string][]): number[] => pairs.map(([a, b]) => Math.sign(compareNumbers(a, b)));
    expect(signs([
      ["9007199254740993", "9007199254740992"], ["-9007199254740993", "-9007199254740992"], ["0.30000000000000004441", "0.3000000000000000444"],
      ["1.0", "1.00"], ["NaN", "5"], ["Infinity", "5"],
    ])).toEqual([1, -1, 1, 0, 1, 1]);
  });

  it("keeps the order of the database among equal rows", () => {
    expect(sortedRows([["b", 1], ["a", 1], ["c", 0]], "integer", { column: 1, down: true }, "en")).toEqual([0, 1, 2]);
  });
});

describe("a store of rows", () => {
  it("sorts up, down and back", () => {
    const store = new RowStore(COLUMNS, ROWS, 3);
    const cities = (): (Cell | undefined)[] => store.shown().map((row) => row[1]);
    const seen = [cities()];
    for (let click = 0; click < 3; click += 1) {
      store.toggleSort(3);
      seen.push(cities());
    }
    const given = ["Huế", "Đà Nẵng", "Hà Nội"];
    expect(seen).toEqual([given, ["Đà Nẵng", "Hà Nội", "Huế"], ["Huế", "Hà Nội", "Đà Nẵng"], given]);
    expect([store.at(2)?.[1], store.at(3)]).toEqual(["Hà Nội", undefined]);
  });

  it("takes rows as they come and knows when all are there", () => {
    const store = new RowStore(COLUMNS, ROWS.slice(0, 1), 3);
    store.toggleSort(3);
    store.replace([]);
    store.add(ROWS.slice(0, 2));
    expect([store.length, store.isComplete, store.at(1)]).toEqual([2, false, ROWS[1]]);
    store.add(ROWS.slice(2));
    store.sort(store.sorting);
    expect([store.isComplete, store.at(0), store.given()]).toEqual([true, ROWS[1], ROWS]);
  });
});

describe("JSON lines", () => {
  it("are read across the borders of chunks", async () => {
    expect(await collect(jsonLines(chunks('[{"a":1}', ']\n[1,"x', '\\n"]\n[2]', "\n", "[3]")))).toEqual([
      [[{ a: 1 }]], [[1, "x\n"]], [[2]], [[3]],
    ]);
  });

  it("refuse what is none", async () => {
    await expect(collect(jsonLines(chunks("<html>\n")))).rejects.toThrow(SyntaxError);
  });
});

describe("the window of a grid", () => {
  it("draws what is seen and some more", () => {
    expect([spanOf(0, 340, 34, 1_000), spanOf(3_400, 340, 34, 1_000), spanOf(33_660, 340, 34, 1_000), spanOf(0, 340, 34, 4)]).toEqual([
      { first: 0, last: 22 }, { first: 88, last: 122 }, { first: 978, last: 1_000 }, { first: 0, last: 4 },
    ]);
    expect([covers({ first: 0, last: 22 }, 300, 340, 34, 1_000), covers({ first: 0, last: 22 }, 500, 340, 34, 1_000)]).toEqual([true, false]);
  });

  it("is walked by keys and stays inside", () => {
    const from = { row: 5, column: 1 };
    const size = { row: 100, column: 4 };
    const to = (key: string, ctrl = false): unknown => Object.values(moved(from, key, ctrl, size, 10) ?? {});
    const keys = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "End", "x"];
    expect(keys.map((key) => to(key))).toEqual([[4, 1], [6, 1], [5, 0], [5, 2], [0, 1], [15, 1], [5, 0], [5, 3], []]);
    expect(keys.slice(0, 8).map((key) => to(key, true))).toEqual([[0, 1], [99, 1], [5, 0], [5, 3], [0, 1], [15, 1], [0, 0], [99, 3]]);
  });

  it("chooses a block whichever way it was drawn", () => {
    const block = blockOf({ anchor: { row: 4, column: 2 }, head: { row: 2, column: 3 } });
    expect(block).toEqual({ rows: { first: 2, last: 5 }, columns: { first: 2, last: 4 } });
    expect([isInside(block, 3, 3), isInside(block, 5, 3), isInside(block, 3, 1)]).toEqual([true, false, false]);
  });
});

describe("charts", () => {
  const bars: Chart = { type: "bar", x: 1, y: [2, 3] };

  it("offer the kinds that fit", () => {
    expect(measures(COLUMNS)).toEqual([2, 3]);
    expect([fittingTypes(COLUMNS, 3), fittingTypes(COLUMNS.slice(0, 3), 3), fittingTypes(COLUMNS.slice(0, 2), 3), fittingTypes(COLUMNS.slice(2, 3), 1)]).toEqual([
      ["none", "bar", "line", "pie", "scatter"], ["none", "bar", "line", "pie"], ["none"], ["none", "number"],
    ]);
  });

  it("keep the chosen columns when their kind changes", () => {
    expect([withType(bars, "pie", COLUMNS), withType(bars, "none", COLUMNS), withType({ type: "none", x: null, y: [] }, "line", COLUMNS)]).toEqual([
      { type: "pie", x: 1, y: [2] }, { type: "none", x: 1, y: [2, 3] }, { type: "line", x: 0, y: [2] },
    ]);
    expect(withType({ type: "none", x: null, y: [] }, "scatter", COLUMNS)).toEqual({ type: "scatter", x: 2, y: [3] });
  });

  it("do not draw columns that are not there or hold no numbers", () => {
    const drawable = (chart: Chart): boolean => isDrawable(chart, COLUMNS, 3);
    expect([bars, { ...bars, x: 9 }, { ...bars, y: [1] }, { ...bars, y: [] }, { ...bars, x: null }].map(drawable)).toEqual([true, false, false, false, true]);
  });

  it("read decimals, leave gaps and run through time", () => {
    expect([numberOf("12.50"), numberOf(""), numberOf(null), numberOf("NaN"), numberOf(undefined)]).toEqual([12.5, null, null, null, null]);
    expect(drawingOf({ type: "line", x: 0, y: [2] }, COLUMNS, ROWS)).toEqual({
      labels: ["2026-01-01", "2026-02-01", "2026-03-01"], across: [null, null, null], isCut: false, series: [{ name: "revenue", values: [null, 1200.5, -3.25] }],
    });
    expect(drawingOf({ type: "scatter", x: 3, y: [2] }, COLUMNS, ROWS).across).toEqual([12, 3, 7]);
    expect(drawingOf({ ...bars, x: null }, COLUMNS, ROWS).labels).toEqual(["1", "2", "3"]);
  });

  it("say in numbers what they show", () => {
    expect(summaryOf(drawingOf(bars, COLUMNS, ROWS))).toEqual({ count: 3, least: -3.25, most: 1200.5 });
    expect(summaryOf(drawingOf({ type: "bar", x: 1, y: [] }, COLUMNS, ROWS))).toBeNull();
  });

  it("are cut where more would be drawn over each other", () => {
    const many = Array.from({ length: 100 }, (_each, place): Cell[] => ["2026-01-01", `c${place}`, "1", 1]);
    expect([drawingOf(bars, COLUMNS, many).isCut, drawingOf(bars, COLUMNS, many).labels.length]).toEqual([true, 60]);
  });

  it("are remembered by query, the last ones only", () => {
    let kept: string | null = "no json";
    const store: Store = { getItem: () => kept, setItem: (_key, value) => { kept = value; } };
    expect(chosenChart(store, "a")).toBeNull();
    for (let number = 0; number < 70; number += 1) rememberChart(store, `q${number}`, { ...bars, x: number });
    rememberChart(store, "q69", bars);
    expect([chosenChart(store, "q0"), chosenChart(store, "q69"), (JSON.parse(kept) as unknown[]).length]).toEqual([null, bars, 60]);
  });
});

describe("names of a schema", () => {
  const field = (name: string, comment = ""): SchemaColumn => ({ name, comment, kind: "text", data_type: "text", nullable: true, description: "", synonyms: [], samples: [] });
  const table = (schema: string, name: string, ...columns: SchemaColumn[]): SchemaTable => ({
    schema, name, columns, kind: "table", primary_key: [], foreign_keys: [], comment: "", description: "", synonyms: [], row_estimate: null,
  });
  const catalog: Catalog = {
    database_type: "postgresql", database_name: "shop", default_schema: "public",
    tables: [table("public", "orders", field("id"), field("city", "where it goes")), table("old stock", "Order Items", field("sku"))],
  };

  it("are quoted as each database wants it", () => {
    const types = ["postgresql", "mysql", "oracle", "mongodb"];
    expect(types.map((type) => quoted("Khách hàng", type))).toEqual(['"Khách hàng"', "`Khách hàng`", '"Khách hàng"', "Khách hàng"]);
    expect(types.map((type) => quoted("orders", type))).toEqual(["orders", "orders", '"orders"', "orders"]);
    expect(quoted('a"; drop', "postgresql")).toBe('"a""; drop"');
    expect(catalog.tables.map((each) => tableName(each, catalog))).toEqual(["orders", '"old stock"."Order Items"']);
  });

  it("are found by their own words, their columns' and their comments'", () => {
    const found = (words: string): unknown => findTables(catalog, words).map(({ table: each, columns }) => [each.name, columns && [...columns]]);
    expect([found(""), found("ORDER sku"), found("goes"), found("order"), found("nothing")]).toEqual([
      [["orders", null], ["Order Items", null]], [["Order Items", ["sku"]]], [["orders", ["city"]]], [["orders", null], ["Order Items", null]], [],
    ]);
  });
});
