/** Storages by their persistent ids: ('storage', class, key, location, number of elements[, view]). */
import { refuse } from './refuse.ts';
import { isKind } from './values.ts';
import type { PyStorage, PyTuple, PyValue } from './values.ts';

/** Collects the storages that a pickle mentions. */
export class Storages {
  readonly byKey = new Map<string, PyStorage>();

  /** @throws FailureError 'invalid' for an id that is no storage's, or that contradicts an earlier one. */
  load({ items }: PyTuple): PyStorage {
    const [tag, type, key, , numel, view] = items;
    if (tag !== 'storage' || !isKind(type, 'global') || type.role.is !== 'storage') {
      throw refuse('its pickle refers to something that is no storage');
    }
    if (typeof key !== 'string' || !/^\d{1,20}$/.test(key)) {
      throw refuse(
        `a storage has the key ${JSON.stringify(typeof key === 'string' ? key.slice(0, 80) : null)}, which is no number`,
      );
    }
    if (typeof numel !== 'bigint' || numel < 0n) throw refuse(`the storage ${key} has no size`);
    const { element } = type.role;
    const known = this.byKey.get(key);
    if (known && (known.element !== element || known.numel !== numel)) {
      throw refuse(`the storage ${key} is described in two ways`);
    }
    const storage: PyStorage = known ?? { kind: 'storage', key, element, numel, start: 0n, length: numel };
    this.byKey.set(key, storage);
    return view === undefined || view === null ? storage : part(storage, view);
  }
}

/** Before 0.4, PyTorch wrote a storage that is part of another as (key, first element, number of elements). */
function part(storage: PyStorage, view: PyValue): PyStorage {
  const [, start, length] = isKind(view, 'tuple') ? view.items : [];
  if (typeof start !== 'bigint' || typeof length !== 'bigint' || start < 0n || length < 0n) {
    throw refuse(`a part of the storage ${storage.key} has no place`);
  }
  if (start + length > storage.numel) throw refuse(`a part of the storage ${storage.key} reaches beyond it`);
  return { ...storage, start, length };
}
