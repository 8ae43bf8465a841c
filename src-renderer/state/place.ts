/** Where the person is: a path and its parameters, as they stand in the hash (`#/gallery?ds=1&q=label%3Asad`). */
export interface Place {
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
}

/** Parameters that stay when the view changes: what one looks at, not how. */
const KEPT = ['ds', 'run', 'base', 'q', 'sort', 'focus'];

/** Changes to parameters; null takes one away. */
export type ParamChanges = Readonly<Record<string, string | number | null>>;

export function parsePlace(hash: string): Place {
  const text = hash.replace(/^#/, '');
  const [path = '', query = ''] = text.split('?', 2);
  const params = Object.fromEntries(new URLSearchParams(query));
  return { path: path.startsWith('/') ? path : `/${path}`, params };
}

export function formatPlace(place: Place): string {
  const query = new URLSearchParams(place.params).toString();
  return `#${place.path}${query === '' ? '' : `?${query}`}`;
}

export function withParams(place: Place, changes: ParamChanges): Place {
  const params = { ...place.params };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') delete params[name];
    else params[name] = String(value);
  }
  return { path: place.path, params };
}

/** Another view with the same data, run, filter, order and focus. */
export function elsewhere(place: Place, path: string, changes: ParamChanges = {}): Place {
  const kept = Object.fromEntries(Object.entries(place.params).filter(([name]) => KEPT.includes(name)));
  return withParams({ path, params: kept }, changes);
}
