/**
 * Names that a pickle may mention. Each is a key into this table of our own builders; nothing is ever imported or called by
 * name. A name that the table does not hold is an inert mark, listed to the user; a name that runs code refuses the file.
 */
import { tensorOf } from './build-tensor.ts';
import { DTYPE_NAMES, STORAGE_CLASSES } from './elements.ts';
import { refuse, refuseGlobal } from './refuse.ts';
import { inert, isKind } from './values.ts';
import type { Builder, GlobalRole, PyGlobal, PyKey, PyValue } from './values.ts';

/** Modules and functions that no checkpoint needs and that run code or open the machine. */
const HOSTILE = [
  'os',
  'posix',
  'nt',
  'posixpath',
  'ntpath',
  'sys',
  'subprocess',
  'torch.hub',
  'torch.load',
  'torch.serialization.load',
  'torch.utils.cpp_extension',
  'importlib',
  'runpy',
  'pty',
  'pip',
  'socket',
  'shutil',
  'ctypes',
  'commands',
  'pickle',
  '_pickle',
  'marshal',
  'webbrowser',
  'code',
  'pdb',
  'bdb',
  'timeit',
  'operator.attrgetter',
  'operator.methodcaller',
  'functools.partial',
  'types.CodeType',
  'types.FunctionType',
  'multiprocessing',
];

/** Of Python's own functions, only these classes without a will of their own. */
const HARMLESS_BUILTINS = new Set([
  'set',
  'frozenset',
  'int',
  'float',
  'complex',
  'slice',
  'range',
  'object',
  'list',
  'dict',
  'tuple',
  'str',
  'bool',
]);

const orderedDict: Builder = (args) => {
  const entries = new Map<PyKey, PyValue>();
  const [pairs] = args;
  // Python 2 passes the items as a list of pairs.
  if (pairs !== undefined) {
    if (!isKind(pairs, 'list') || args.length > 1)
      throw refuse('an OrderedDict is made from something else than pairs');
    for (const pair of pairs.items) {
      const [key, value] = isKind(pair, 'list') || isKind(pair, 'tuple') ? pair.items : [];
      if (key === undefined || value === undefined)
        throw refuse('an OrderedDict is made from something else than pairs');
      entries.set(dictKey(key), value);
    }
  }
  return { kind: 'dict', entries };
};

/** @throws FailureError 'invalid' for a key that is neither text nor number. */
export function dictKey(value: PyValue): PyKey {
  if (typeof value === 'object' && value !== null)
    throw refuse('a dictionary has a key that is neither text nor a number');
  return value;
}

/** torch.nn.Parameter around a tensor: the tensor. */
const parameter: Builder = ([data]) => {
  if (!isKind(data, 'tensor')) throw refuse('a parameter is made from something else than a tensor');
  return data;
};

/** torch._tensor._rebuild_from_type_v2(func, type, args, state): a subclass of Tensor, rebuilt by one of the functions here. */
const fromType: Builder = ([func, , args]) => {
  const builder = isKind(func, 'global') && TENSOR_BUILDERS.has(func.name) ? TENSOR_BUILDERS.get(func.name) : undefined;
  if (builder === undefined || !isKind(args, 'tuple'))
    throw refuse('a tensor is rebuilt by a function that is not known');
  return builder(args.items);
};

const TENSOR_BUILDERS: ReadonlyMap<string, Builder> = new Map([
  ['torch._utils._rebuild_tensor', tensorOf('v1')],
  ['torch._utils._rebuild_tensor_v2', tensorOf('v2')],
  ['torch._utils._rebuild_tensor_v3', tensorOf('v3')],
  ['torch._utils._rebuild_parameter', parameter],
  ['torch._utils._rebuild_parameter_with_state', parameter],
]);

const size: Builder = ([items]) => {
  if (!isKind(items, 'tuple') && !isKind(items, 'list'))
    throw refuse('a torch.Size is made from something else than numbers');
  return { kind: 'tuple', items: items.items };
};

const encoded: Builder = ([text, encoding]) => {
  if (typeof text !== 'string' || (encoding !== 'latin1' && encoding !== 'latin-1')) {
    throw refuse('bytes are encoded in a way that is not known');
  }
  return inert('bytes');
};

const builder = (build: Builder): GlobalRole => ({ is: 'builder', build });

const TABLE: ReadonlyMap<string, GlobalRole> = new Map<string, GlobalRole>([
  ['collections.OrderedDict', builder(orderedDict)],
  ...[...TENSOR_BUILDERS].map(([name, build]): [string, GlobalRole] => [name, builder(build)]),
  ['torch._tensor._rebuild_from_type_v2', builder(fromType)],
  ['torch.Size', builder(size)],
  ['torch.device', builder(() => inert('torch.device'))],
  ['_codecs.encode', builder(encoded)],
  ['torch.Tensor', { is: 'type' }],
  ['torch.nn.parameter.Parameter', { is: 'type' }],
  ...[...STORAGE_CLASSES].map(([name, element]): [string, GlobalRole] => [
    `torch.${name}Storage`,
    { is: 'storage', element },
  ]),
  ['torch.storage.UntypedStorage', { is: 'storage', element: null }],
  ...[...DTYPE_NAMES].map(([name, element]): [string, GlobalRole] => [`torch.${name}`, { is: 'dtype', element }]),
]);

/** @throws FailureError 'forbidden' for a name that would run code, 'invalid' for one that is none. */
export function globalOf(module: string, member: string): PyGlobal {
  const name = `${module}.${member}`;
  if (!/^[\w.<>]{1,512}$/.test(name))
    throw refuse(`it asks for something of the name ${JSON.stringify(name.slice(0, 100))}`);
  const [first = ''] = module.split('.', 1);
  const builtin = first === 'builtins' || first === '__builtin__';
  const hostile = builtin
    ? !HARMLESS_BUILTINS.has(member)
    : HOSTILE.some((one) => name === one || name.startsWith(`${one}.`));
  if (hostile) throw refuseGlobal(name);
  return { kind: 'global', name, role: TABLE.get(name) ?? { is: 'unknown' } };
}
