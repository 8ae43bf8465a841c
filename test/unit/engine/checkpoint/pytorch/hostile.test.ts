/** Every way to harm a reader of checkpoints that is known: each refused, with its own reason, at once. */
import { describe, expect, it } from 'vitest';
import { FailureError } from '../../../../../src-shared/domain/failure.ts';
import type { Failure } from '../../../../../src-shared/domain/failure.ts';
import { readPyTorch } from '../../../../../src-main/services/engine/checkpoint/pytorch/read.ts';
import type { PyTorchFile } from '../../../../../src-main/services/engine/checkpoint/pytorch/read.ts';
import { memorySource } from '../../../../../src-main/services/engine/checkpoint/pytorch/source.ts';
import { numbersOf } from './numbers.ts';
import { bytes, checkpoint, dict, floats, legacy, op, pickle, storage, tensor, u16, u32, u64, zip } from './pickle.ts';

const read = (file: Uint8Array): PyTorchFile => readPyTorch(memorySource(file));

function failureOf(file: Uint8Array): Failure {
  try {
    read(file);
  } catch (thrown) {
    if (thrown instanceof FailureError) return thrown.failure;
    throw thrown;
  }
  throw new Error('It was accepted.');
}

const plain = { numel: 4, shape: [2, 2], stride: [2, 1] };
const four = { 0: floats(1, 2, 3, 4) };
const repeat = (count: number, unit: Uint8Array): Uint8Array =>
  Uint8Array.from(Buffer.alloc(count * unit.length, unit));
const call = (module: string, name: string, ...args: readonly Uint8Array[]): Uint8Array =>
  bytes(op.global(module, name), op.mark, ...args, op.tuple, op.reduce);

describe('well-formed files', () => {
  it('reads what the writer of these tests writes', () => {
    for (const file of [
      checkpoint(pickle(dict({ w: tensor(plain) })), four),
      checkpoint(pickle(dict({ w: tensor(plain) })), four, [], { zip64: true }),
      checkpoint(pickle(dict({ w: tensor(plain) })), four, [{ name: 'model/byteorder', data: bytes('little') }], {
        padding: 63,
      }),
      legacy(pickle(dict({ w: tensor(plain) })), [['0', floats(1, 2, 3, 4), 4]]),
    ]) {
      const [only] = read(file).tensors;
      expect(only?.name).toBe('w');
      expect(only && numbersOf(only)).toEqual([1, 2, 3, 4]);
    }
  });

  it('reads protocol 4 with frames, short names and names from the stack', () => {
    const body = bytes(
      op.dict,
      op.memoize,
      op.short('n'),
      op.int(7),
      op.setItem,
      op.short('o'),
      op.short('collections'),
    );
    const rest = bytes(op.short('OrderedDict'), op.stackGlobal, op.empty, op.reduce, op.setItem, op.stop);
    const file = bytes(op.proto(4), op.frame(body.length + rest.length), body, rest);
    expect(read(checkpoint(file)).scalars.get('n')).toBe(7);
  });

  it('reads version 3 tensors over untyped storage, and parameters with a state', () => {
    const untyped = bytes(
      ...[op.mark, op.text('storage'), op.global('torch.storage', 'UntypedStorage'), op.text('0'), op.text('cpu')],
      ...[op.int(16), op.tuple, op.persistent],
    );
    const v3 = call(
      'torch._utils',
      '_rebuild_tensor_v3',
      ...[untyped, op.int(2), bytes(op.int(2), op.tuple1), bytes(op.int(1), op.tuple1), op.false],
      ...[bytes(op.global('collections', 'OrderedDict'), op.empty, op.reduce), op.global('torch', 'float32')],
    );
    const wrapped = call('torch._utils', '_rebuild_parameter_with_state', v3, op.true, op.dict, op.none);
    const [only] = read(checkpoint(pickle(dict({ w: wrapped })), four)).tensors;
    expect(only && numbersOf(only)).toEqual([3, 4]);
  });

  it('keeps a class that it does not know as a mark, with its name, and reads the rest', () => {
    const meter = bytes(
      op.global('__main__', 'RecorderMeter'),
      op.empty,
      op.newObject,
      dict({ x: tensor(plain) }),
      op.build,
    );
    const file = read(checkpoint(pickle(dict({ recorder: meter, w: tensor(plain) })), four));
    expect(file.unknown).toEqual(['__main__.RecorderMeter']);
    expect(file.tensors.map(({ name }) => name)).toEqual(['w']);
  });

  it('takes a key named __proto__ for a key', () => {
    const file = read(checkpoint(pickle(dict({ __proto__x: op.int(1), ['__proto__']: op.int(2) }))));
    expect([...file.scalars.keys()]).toEqual(['__proto__x', '__proto__']);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });
});

describe('files that want code to run', () => {
  it.each([
    ['os', 'system'],
    ['posix', 'system'],
    ['nt', 'system'],
    ['sys', 'exit'],
    ['subprocess', 'Popen'],
    ['builtins', 'eval'],
    ['builtins', 'exec'],
    ['builtins', 'getattr'],
    ['__builtin__', 'eval'],
    ['torch.hub', 'load'],
    ['torch', 'hub.load'],
    ['importlib', 'import_module'],
    ['builtins', 'bytearray'],
  ])('%s.%s is refused by name', (module, name) => {
    const attack = checkpoint(pickle(dict({ w: tensor(plain), x: call(module, name, op.text('touch /tmp/x')) })), four);
    const failure = failureOf(attack);
    expect(failure.kind).toBe('forbidden');
    expect(failure.message).toContain(`${module}.${name}`);
    const fromStack = bytes(op.proto(4), op.text(module), op.text(name), op.stackGlobal, op.stop);
    expect(failureOf(checkpoint(fromStack)).kind).toBe('forbidden');
  });

  it('also where the name only stands there and is not called', () => {
    expect(failureOf(checkpoint(pickle(op.global('os', 'system')))).message).toContain('os.system');
    expect(failureOf(legacy(pickle(op.global('posix', 'system')))).message).toContain('posix.system');
  });
});

const loop = pickle(op.list, op.put(0), op.get(0), op.append);
/** [x, x] of the one before, thirty times: 2^30 values by 30 references. */
const laughs = pickle(
  op.mark,
  bytes(op.list, op.int(1), op.append, op.put(0)),
  ...Array.from({ length: 30 }, (_, index) =>
    bytes(op.list, op.mark, op.get(index), op.get(index), op.appends, op.put(index + 1)),
  ),
  op.tuple,
);

const HOSTILE: readonly (readonly [string, Uint8Array, RegExp])[] = [
  [
    'stride 0 with 2^40 elements',
    checkpoint(pickle(dict({ w: tensor({ numel: 1, shape: [1n << 40n], stride: [0] }) })), { 0: floats(1) }),
    /would take 4398046511104 bytes/,
  ],
  ['bytearray(2^31)', checkpoint(pickle(call('builtins', 'bytearray', op.long(1n << 31n)))), /builtins\.bytearray/],
  ['a list that contains itself', checkpoint(loop), /contains itself/],
  ['200,000 tuples in one another', checkpoint(pickle(op.int(1), repeat(200_000, op.tuple1))), /more than 200 deep/],
  ['200,000 marks', checkpoint(bytes(op.proto(), repeat(200_000, op.mark), op.stop)), /underflow|values behind/],
  ['bytes after the pickle', checkpoint(bytes(pickle(op.none), bytes(1, 2, 3))), /3 bytes follow/],
  ['bytes after the zip', bytes(checkpoint(pickle(op.none)), bytes(0)), /added to its end/],
  ['bytes after the last legacy storage', legacy(pickle(op.none), [], { tail: bytes(7) }), /1 bytes follow/],
  [
    'an offset out of range',
    checkpoint(pickle(dict({ w: tensor({ ...plain, offset: 1 }) })), four),
    /reads beyond its storage/,
  ],
  ['a stride out of range', checkpoint(pickle(dict({ w: tensor({ ...plain, stride: [3, 1] }) })), four), /beyond/],
  [
    'a product that overflows',
    checkpoint(pickle(tensor({ numel: 4, shape: [1n << 33n, 1n << 33n], stride: [0, 0] })), four),
    /bytes/,
  ],
  ['a negative size', checkpoint(pickle(tensor({ numel: 4, shape: [-1n], stride: [1] })), four), /negative/],
  ['a negative stride', checkpoint(pickle(tensor({ numel: 4, shape: [2], stride: [-1n] })), four), /negative/],
  [
    '17 dimensions',
    checkpoint(
      pickle(tensor({ numel: 4, shape: new Array<number>(17).fill(1), stride: new Array<number>(17).fill(1) })),
      four,
    ),
    /17 dimensions/,
  ],
  [
    'more strides than dimensions',
    checkpoint(pickle(tensor({ numel: 4, shape: [2], stride: [1, 1] })), four),
    /number of strides/,
  ],
  ['a key that leads out', checkpoint(pickle(tensor({ ...plain, key: '../data.pkl' })), four), /no number/],
  [
    'a member that leads out',
    zip([
      { name: 'model/data.pkl', data: pickle(op.none) },
      { name: 'model/../../x', data: bytes(1) },
    ]),
    /of the name/,
  ],
  ['an absolute member', zip([{ name: '/data.pkl', data: pickle(op.none) }]), /of the name/],
  [
    'a second top folder',
    checkpoint(pickle(op.none), {}, [{ name: 'other/data.pkl', data: pickle(op.none) }]),
    /one folder/,
  ],
  [
    'two members of one name',
    checkpoint(pickle(op.none), {}, [{ name: 'model/data.pkl', data: pickle(op.none) }]),
    /two members/,
  ],
  [
    'two members over the same bytes',
    checkpoint(pickle(op.none), four, [{ name: 'model/data/1', data: floats(1), header: 0 }]),
    /overlap/,
  ],
  ['a compressed member', zip([{ name: 'model/data.pkl', data: pickle(op.none), method: 8 }]), /compressed/],
  ['an encrypted member', zip([{ name: 'model/data.pkl', data: pickle(op.none), flags: 0x809 }]), /encrypted/],
  ['a member larger than the file', zip([{ name: 'model/data.pkl', data: pickle(op.none), size: 1 << 30 }]), /outside/],
  [
    'damaged numbers',
    zip([
      { name: 'model/data.pkl', data: pickle(tensor(plain)) },
      { name: 'model/data/0', data: floats(1, 2, 3, 4), crc: 1 },
    ]),
    /CRC/,
  ],
  ['a storage of another size', checkpoint(pickle(tensor(plain)), { 0: floats(1, 2, 3) }), /12 bytes instead of 16/],
  ['a storage that is not there', checkpoint(pickle(tensor(plain))), /missing/],
  [
    'a storage described twice',
    checkpoint(pickle(op.mark, storage('0', 4), storage('0', 5), op.tuple), four),
    /two ways/,
  ],
  [
    'big-endian numbers',
    checkpoint(pickle(op.none), {}, [{ name: 'model/byteorder', data: bytes('big') }]),
    /byte order/,
  ],
  ['a memo that was never set', checkpoint(pickle(op.get(9))), /memo 9/],
  ['an empty stack', checkpoint(bytes(op.proto(), op.stop)), /underflow/],
  ['a tuple of more than there is', checkpoint(pickle(op.none, op.tuple3)), /underflow/],
  ['values left behind', checkpoint(pickle(op.none, op.none)), /behind/],
  ['references that multiply', checkpoint(laughs), /multiplies/],
  [
    'more containers than a checkpoint needs',
    checkpoint(bytes(op.proto(), repeat(400_000, op.dict), op.stop)),
    /more than/,
  ],
  [
    'more values than a checkpoint needs',
    checkpoint(bytes(op.proto(), repeat(1_100_000, op.none), op.stop)),
    /too many/,
  ],
  ['an operation outside the table', checkpoint(pickle(bytes(0x30))), /0x30/],
  ['INST, which also calls', checkpoint(pickle(op.mark, bytes(0x69, 'os\nsystem\n'))), /0x69/],
  ['a persistent id as text', checkpoint(pickle(bytes(0x50, '0\n'))), /0x50/],
  ['a call of a number', checkpoint(pickle(op.int(1), op.empty, op.reduce)), /no name/],
  ['a name without an end', checkpoint(pickle(bytes(0x63, 'a'.repeat(2_000)))), /without an end/],
  ['a text that is not UTF-8', checkpoint(pickle(bytes(0x58, u32(1), 0xff))), /UTF-8/],
  ['a text longer than the file', checkpoint(pickle(bytes(0x58, u32(0x7fffffff)))), /cut off/],
  ['a frame longer than the file', checkpoint(bytes(op.proto(4), op.frame(1e6), op.none, op.stop)), /cut off/],
  ['a number of 255 bytes', checkpoint(pickle(op.long(1n, 255))), /255 bytes/],
  ['a protocol of the future', checkpoint(bytes(op.proto(9), op.none, op.stop)), /protocol 9/],
  [
    'names that grow by references',
    checkpoint(
      pickle(
        bytes(op.text('k'.repeat(3_000)), op.put(0)),
        op.tuple1,
        bytes(op.dict, op.get(0), bytes(op.dict, op.get(0), op.int(1), op.setItem), op.setItem),
        op.tuple2,
      ),
    ),
    /too long/,
  ],
  ['a legacy storage of another size', legacy(pickle(tensor(plain)), [['0', floats(1), 1]]), /1 elements instead of 4/],
  ['a legacy storage that is cut off', legacy(pickle(tensor(plain)), [['0', floats(1), 4]]), /cut off/],
  ['a legacy list without a storage', legacy(pickle(tensor(plain)), []), /does not fit/],
  [
    'a legacy protocol of its own',
    bytes(legacy(pickle(op.none)).subarray(0, 15), pickle(bytes(0x4d, u16(1002)))),
    /1001/,
  ],
  [
    'a legacy size of 2^63',
    bytes(legacy(pickle(tensor(plain)), [['0', bytes(), 4]]).subarray(0, -8), bytes(u64(1n << 63n))),
    /9223372036854775808/,
  ],
];

describe('hostile and damaged files', () => {
  it.each(HOSTILE)('refuses %s', (_, file, reason) => {
    const failure = failureOf(file);
    expect(failure.message).toMatch(reason);
    expect(failure.remedy).not.toBe('');
  });

  it('refuses a good file cut off at any byte', () => {
    const zipped = checkpoint(pickle(dict({ w: tensor(plain) })), four);
    const streamed = legacy(pickle(dict({ w: tensor(plain) })), [['0', floats(1, 2, 3, 4), 4]]);
    for (const file of [zipped, streamed])
      for (let length = 0; length < file.length; length++)
        expect(failureOf(file.subarray(0, length)).kind).toBe('invalid');
  });
});

describe('files of another kind', () => {
  const tar = new Uint8Array(1024);
  tar.set(bytes('model.pth'), 0);
  tar.set(bytes('ustar'), 257);
  it.each([
    ['a web page', bytes('<!DOCTYPE html><html><body>Sign in</body></html>'), /web page/],
    [
      'a Git LFS pointer',
      bytes('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'),
      /Git LFS pointer/,
    ],
    ['a real tar', tar, /tar archive/],
    [
      'TorchScript',
      zip([
        { name: 'm/data.pkl', data: pickle(op.none) },
        { name: 'm/code/__torch__.py', data: bytes('x') },
      ]),
      /TorchScript/,
    ],
    ['a zip of anything', zip([{ name: 'photo.jpg', data: bytes(1) }]), /zip archive/],
    ['a pickled object', pickle(op.none), /Python pickle/],
    ['a gzip', bytes(0x1f, 0x8b, 8, 0), /gzip/],
  ])('says of %s what it is', (_, file, reason) => {
    const failure = failureOf(file);
    expect(failure.kind).toBe('unsupported');
    expect(failure.message).toMatch(reason);
    expect(failure.remedy).not.toBe('');
  });

  it('says of half a download that it is cut off', () => {
    const whole = checkpoint(pickle(dict({ w: tensor(plain) })), four);
    expect(failureOf(whole.subarray(0, whole.length >> 1)).message).toMatch(/cut off/);
    expect(failureOf(bytes()).message).toMatch(/empty/);
  });
});
