/** torch.save since PyTorch 1.6: a zip with one folder, one pickle in it, and one member a storage. */
import { Budget } from './budget.ts';
import { elementSize } from './build-tensor.ts';
import { LIMITS } from './limits.ts';
import { unpickle } from './machine.ts';
import { refuse, refuseKind } from './refuse.ts';
import type { ByteSource } from './source.ts';
import { Storages } from './storages.ts';
import type { PyStorage, PyValue } from './values.ts';
import { checkCrc, dataOffset, readZip } from './zip.ts';
import type { ZipMember } from './zip.ts';

/** An unpickled file, and where each storage's bytes begin. */
export interface Opened {
  readonly root: PyValue;
  readonly placeOf: (storage: PyStorage) => number;
}

/** @throws FailureError 'invalid', 'forbidden', or 'unsupported' for other files that are zips. */
export function openZip(source: ByteSource, unknown: (name: string) => void): Opened {
  const members = readZip(source);
  const top = topFolder(members);
  const find = (path: string): ZipMember | undefined => members.get(`${top}/${path}`);
  const pickle = find('data.pkl');
  if (pickle === undefined) throw refuse('it has no data.pkl: it is a zip, but none of torch.save');
  const order = find('byteorder');
  if (order !== undefined) {
    const text =
      order.size > 16 ? '' : Buffer.from(source.read(dataOffset(source, order), order.size)).toString('latin1');
    if (text !== 'little')
      throw refuse(`its numbers are stored in the byte order ${JSON.stringify(text)}, not little-endian`);
  }
  if (pickle.size > LIMITS.pickleBytes) throw refuse(`its pickle has ${pickle.size} bytes`);
  checkCrc(source, pickle);
  const storages = new Storages();
  const { value, end } = unpickle(source.read(dataOffset(source, pickle), pickle.size), 0, {
    persistent: (id) => storages.load(id),
    unknown,
    budget: new Budget(),
  });
  if (end !== pickle.size) throw refuse(`${pickle.size - end} bytes follow the end of its pickle`);
  const places = new Map<string, number>();
  for (const storage of storages.byKey.values()) {
    const member = find(`data/${storage.key}`);
    if (member === undefined) throw refuse(`the storage ${storage.key} is missing`);
    const needed = storage.numel * elementSize(storage.element);
    if (BigInt(member.size) !== needed)
      throw refuse(`the storage ${storage.key} has ${member.size} bytes instead of ${needed}`);
    checkCrc(source, member);
    places.set(storage.key, dataOffset(source, member));
  }
  return { root: value, placeOf: ({ key }) => places.get(key) ?? 0 };
}

function topFolder(members: ReadonlyMap<string, ZipMember>): string {
  const folders = new Set([...members.keys()].map((name) => name.slice(0, Math.max(0, name.indexOf('/')))));
  const [top = '', ...others] = folders;
  const names = [...members.keys()];
  if (names.some((name) => /^[^/]+\/(code\/|constants\.pkl$)/.test(name))) {
    throw refuseKind(
      'This is a TorchScript program (torch.jit.save): it holds code, and not only weights.',
      'In Python: torch.save(torch.jit.load(file).state_dict(), "weights.pth"), then import that.',
    );
  }
  if (others.length > 0 || top === '') {
    if (!names.some((name) => name.endsWith('data.pkl'))) {
      throw refuseKind(
        'This is a zip archive, but none that torch.save wrote.',
        'Unpack it and choose the .pth file in it.',
      );
    }
    throw refuse('its members do not lie in one folder');
  }
  return top;
}
