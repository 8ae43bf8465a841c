/**
 * torch.save before PyTorch 1.6: four pickles in a row (magic number, protocol 1001, facts of the system, the object), a fifth
 * with the list of storage keys, then for each key its number of elements and its bytes.
 */
import { Budget } from './budget.ts';
import { elementSize } from './build-tensor.ts';
import { LIMITS } from './limits.ts';
import { unpickle } from './machine.ts';
import { refuse } from './refuse.ts';
import { count64 } from './source.ts';
import type { ByteSource } from './source.ts';
import { Storages } from './storages.ts';
import type { PyStorage, PyTuple, PyValue } from './values.ts';
import { isKind } from './values.ts';
import type { Opened } from './zip-checkpoint.ts';

/** The magic number as the pickle that torch.save writes. */
export const LEGACY_MAGIC = '80028a0a6cfc9c46f9206aa850192e';
const PROTOCOL = 1001n;

/** @throws FailureError 'invalid', 'forbidden' */
export function openLegacy(source: ByteSource, unknown: (name: string) => void): Opened {
  const head = source.read(0, Math.min(source.bytes, LIMITS.pickleBytes));
  const storages = new Storages();
  const options = { persistent: (id: PyTuple) => storages.load(id), unknown, budget: new Budget() };
  let at = LEGACY_MAGIC.length / 2;
  const next = (): PyValue => {
    const { value, end } = unpickle(head, at, options);
    at = end;
    return value;
  };
  if (next() !== PROTOCOL) throw refuse('its protocol is not 1001');
  const system = next();
  if (!isKind(system, 'dict') || system.entries.get('little_endian') === false) {
    throw refuse('its numbers are not stored in little-endian order');
  }
  const root = next();
  const keys = next();
  return { root, placeOf: places(source, at, keys, storages.byKey) };
}

/** Reads where each storage lies; the file ends with the last one. */
function places(
  source: ByteSource,
  start: number,
  keys: PyValue,
  byKey: ReadonlyMap<string, PyStorage>,
): (storage: PyStorage) => number {
  if (!isKind(keys, 'list')) throw refuse('it has no list of its storages');
  const found = new Map<string, number>();
  let at = start;
  for (const key of keys.items) {
    const storage = typeof key === 'string' ? byKey.get(key) : undefined;
    if (storage === undefined || found.has(storage.key)) throw refuse('its list of storages does not fit its tensors');
    const count = count64(source.read(at, 8), 0, `the size of the storage ${storage.key}`);
    if (BigInt(count) !== storage.numel) {
      throw refuse(`the storage ${storage.key} has ${count} elements instead of ${storage.numel}`);
    }
    found.set(storage.key, at + 8);
    at += 8 + count * Number(elementSize(storage.element));
    if (at > source.bytes) throw refuse(`the storage ${storage.key} is cut off`);
  }
  if (found.size !== byKey.size) throw refuse('its list of storages does not fit its tensors');
  if (at !== source.bytes) throw refuse(`${source.bytes - at} bytes follow its last storage`);
  return ({ key }) => found.get(key) ?? 0;
}
