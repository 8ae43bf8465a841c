/** JSON in one form only, so that equal values have equal bytes and thus equal hashes (RFC 8785, JSON Canonicalization Scheme). */

/** Deeper values are refused: what is written here is flat, and a file from elsewhere must not exhaust the stack. */
const DEEPEST = 64;

/**
 * Members in the order of their names' UTF-16 code units, no white space, numbers and texts as ECMAScript writes them. Members that
 * are undefined are left out, as JSON.stringify does.
 * @throws RangeError for what JSON cannot say: NaN, infinities, lone surrogates, functions, and values nested too deeply.
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > DEEPEST) throw new RangeError(`The value is nested more than ${DEEPEST} times.`);
  switch (typeof value) {
    case 'boolean':
      return String(value);
    case 'number':
      if (!Number.isFinite(value)) throw new RangeError(`${value} is no JSON number.`);
      return JSON.stringify(value);
    case 'string':
      if (!value.isWellFormed()) throw new RangeError('A text holds half a character.');
      return JSON.stringify(value);
    case 'object':
      break;
    default:
      throw new RangeError(`A ${typeof value} is no JSON value.`);
  }
  if (value === null) return 'null';
  if (Array.isArray(value)) return `[${value.map((one) => canonicalJson(one, depth + 1)).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => `${canonicalJson(name)}:${canonicalJson(inner, depth + 1)}`);
  return `{${members.join(',')}}`;
}
