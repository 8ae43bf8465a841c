/** A JSON array as pieces of text, an element a line, for arrays that do not belong in memory. */
export async function* jsonArray<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const item of items) {
    yield `${before}${JSON.stringify(item)}`;
    before = ',\n';
  }
  yield before === '[\n' ? '[]' : '\n]';
}

/** A JSON object as pieces, an entry a line. */
export async function* jsonObject(entries: AsyncIterable<readonly [string, unknown]>): AsyncGenerator<string> {
  let before = '{\n';
  for await (const [key, value] of entries) {
    yield `${before}${JSON.stringify(key)}: ${JSON.stringify(value)}`;
    before = ',\n';
  }
  yield before === '{\n' ? '{}' : '\n}';
}
