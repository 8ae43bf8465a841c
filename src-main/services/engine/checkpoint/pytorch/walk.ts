/** Finds the tensors of an unpickled value, with their names. */
import { LIMITS } from './limits.ts';
import { refuse } from './refuse.ts';
import { isKind } from './values.ts';
import type { PyDict, PyList, PyTensor, PyTuple, PyValue } from './values.ts';

type Container = PyDict | PyList | PyTuple;

export interface Found {
  /** By the way to it: keys and indices joined by dots. */
  readonly tensors: ReadonlyMap<string, PyTensor>;
  /** Numbers, switches and short texts on the way, e.g. the epoch. */
  readonly scalars: ReadonlyMap<string, string | number | boolean>;
}

/** Texts longer than this are no facts. */
const TEXT = 200;
/** Longest way to a value, keys and dots together. */
const NAME = 4_096;

interface Level {
  readonly container: Container;
  readonly prefix: string;
  readonly rest: Iterator<readonly [string, PyValue]>;
}

function* children(container: Container): Generator<readonly [string, PyValue]> {
  if (container.kind === 'dict') for (const [key, value] of container.entries) yield [String(key), value];
  else for (const [index, value] of container.items.entries()) yield [String(index), value];
}

const isContainer = (value: PyValue): value is Container =>
  isKind(value, 'dict') || isKind(value, 'list') || isKind(value, 'tuple');

/**
 * Without recursion; a container that is met again on another way is walked again, and counted again.
 * @throws FailureError 'invalid' for containers that hold themselves, lie too deep or multiply.
 */
export function findTensors(root: PyValue): Found {
  const tensors = new Map<string, PyTensor>();
  const scalars = new Map<string, string | number | boolean>();
  const levels: Level[] = [];
  const inside = new Set<Container>();
  let visits = 0;
  let nameBytes = 0;

  const visit = (name: string, value: PyValue): void => {
    visits += 1;
    if (name.length > NAME) throw refuse('the names in it are too long');
    if (visits > LIMITS.visits) throw refuse('what it holds multiplies by references to itself');
    if (isKind(value, 'tensor')) {
      nameBytes += name.length;
      if (nameBytes > LIMITS.pickleBytes) throw refuse('the names of its tensors are too long');
      if (tensors.has(name)) throw refuse(`it holds two tensors of the name ${JSON.stringify(name.slice(0, TEXT))}`);
      tensors.set(name, value);
    } else if (isContainer(value)) {
      if (inside.has(value)) throw refuse('a list or dictionary in it contains itself');
      if (levels.length >= LIMITS.depth) throw refuse(`its values lie more than ${LIMITS.depth} deep in one another`);
      inside.add(value);
      levels.push({ container: value, prefix: name === '' ? '' : `${name}.`, rest: children(value) });
    } else if (scalars.size < TEXT && name.length <= TEXT) {
      if (typeof value === 'number' || typeof value === 'boolean') scalars.set(name, value);
      else if (typeof value === 'bigint' && value >= -(2n ** 53n) && value <= 2n ** 53n)
        scalars.set(name, Number(value));
      else if (typeof value === 'string' && value.length <= TEXT) scalars.set(name, value);
    }
  };

  visit('', root);
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const next = level.rest.next();
    if (next.done) {
      levels.pop();
      inside.delete(level.container);
    } else visit(level.prefix + next.value[0], next.value[1]);
  }
  return { tensors, scalars };
}
