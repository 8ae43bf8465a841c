import { WORDS, type Bound, type Condition, type NumberField, type Query, type Term } from './ast.ts';

/** A value as it must be written to be read back the same: quoted where it holds a space, comma or quotation mark. */
export function quoteValue(value: string): string {
  return /^[^\s,"\\]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/** Free text would be read as something else unless quoted when it looks like a word, a field or a negation. */
function quoteText(value: string): string {
  const bare = /^[\p{L}\p{N}./_][\p{L}\p{N}./_-]*$/u.test(value);
  const isWord = (WORDS as readonly string[]).includes(value.toLowerCase());
  return bare && !isWord && !/^(unlabeled|correct|incorrect)$/i.test(value)
    ? value
    : `"${value.replace(/["\\]/g, '\\$&')}"`;
}

function formatRange(field: NumberField | `@${string}`, min: Bound | null, max: Bound | null): string {
  if (min !== null && max !== null) {
    if (min.value === max.value) return `${field}=${min.value}`;
    return `${field}=${min.value}..${max.value}`;
  }
  if (min !== null) return `${field}>${min.inclusive ? '=' : ''}${min.value}`;
  if (max !== null) return `${field}<${max.inclusive ? '=' : ''}${max.value}`;
  throw new RangeError(`The range of ${field} has no bound.`);
}

/** The name of a further fact as a field: `@age`, `@"head pose"`. */
function attributeField(name: string): `@${string}` {
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) ? `@${name}` : `@"${name}"`;
}

function formatCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'class':
      return `${condition.field}:${condition.values.join(',')}`;
    case 'split':
    case 'status':
    case 'annotator':
      return `${condition.kind}:${condition.values.map(quoteValue).join(',')}`;
    case 'id':
      return `id:${condition.values.join(',')}`;
    case 'contains':
      return condition.field === 'text'
        ? quoteText(condition.values[0] ?? '')
        : `${condition.field}:${condition.values.map(quoteValue).join(',')}`;
    case 'attribute':
      return `${attributeField(condition.name)}:${condition.values.map(quoteValue).join(',')}`;
    case 'attributeRange':
      return formatRange(attributeField(condition.name), condition.min, condition.max);
    case 'range':
      return formatRange(condition.field, condition.min, condition.max);
    case 'outcome':
      return `${condition.outcome}:${condition.baseline}`;
    case 'word':
      return condition.word;
  }
}

export function formatTerm(term: Term): string {
  return `${term.negated ? '-' : ''}${formatCondition(term.condition)}`;
}

/** The query's text in its plainest spelling; `parseQuery` of it gives the same terms. */
export function formatQuery(query: Query): string {
  return query.map(formatTerm).join(' ');
}
