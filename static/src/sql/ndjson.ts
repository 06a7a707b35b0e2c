/** JSON lines as they arrive. */

/** Values of the lines in `chunks`, batch by batch: one for each chunk that ended a line. Throws SyntaxError. */
export async function* jsonLines(chunks: AsyncIterable<string>): AsyncGenerator<unknown[]> {
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    const values = lines.filter((line) => line !== "").map((line): unknown => JSON.parse(line));
    if (values.length > 0) yield values;
  }
  if (rest.trim() !== "") yield [JSON.parse(rest)];
}

/** Text of a response's body; the browser has already unpacked it. */
export async function* textOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    yield decoder.decode(value, { stream: true });
  }
  yield decoder.decode();
}
