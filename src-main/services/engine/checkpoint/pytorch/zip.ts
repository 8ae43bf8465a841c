/**
 * The zip container as torch.save writes it: members stored, sizes and CRCs in the central directory (local headers hold zeros,
 * flags 0x808), data aligned by the *local* extra field. Everything that could be read in two ways is refused.
 * Source: PKWARE APPNOTE 6.3.9; PyTorch's caffe2/serialize/inline_container.cc.
 */
import { crc32 } from 'node:zlib';
import { LIMITS } from './limits.ts';
import { refuse } from './refuse.ts';
import { count64, pieces, view } from './source.ts';
import type { ByteSource } from './source.ts';

export interface ZipMember {
  readonly name: string;
  readonly size: number;
  readonly crc: number;
  /** Where the local header begins. */
  readonly header: number;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const END64_BYTES = 56;
const ALL_32 = 0xffffffff;
const ALL_16 = 0xffff;

interface Directory {
  readonly offset: number;
  readonly bytes: number;
  readonly members: number;
}

/** @throws FailureError 'invalid', naming the rule that is broken. */
export function readZip(source: ByteSource): ReadonlyMap<string, ZipMember> {
  const directory = findDirectory(source);
  const members = readDirectory(source.read(directory.offset, directory.bytes), directory);
  return new Map(members.map((member) => [member.name, member]));
}

function findDirectory(source: ByteSource): Directory {
  if (source.bytes < END_BYTES) throw refuse('it ends before its directory: it is cut off');
  const at = source.bytes - END_BYTES;
  const end = view(source.read(at, END_BYTES));
  if (end.getUint32(0, true) !== END || end.getUint16(20, true) !== 0) {
    throw refuse('it does not end with the directory of a zip: it is cut off, or something was added to its end');
  }
  let limit = at;
  let directory: Directory = {
    members: end.getUint16(10, true),
    bytes: end.getUint32(12, true),
    offset: end.getUint32(16, true),
  };
  const disks = end.getUint32(4, true);
  const asks64 = directory.members === ALL_16 || directory.bytes === ALL_32 || directory.offset === ALL_32;
  const has64 = at >= LOCATOR_BYTES && view(source.read(at - LOCATOR_BYTES, 4)).getUint32(0, true) === LOCATOR64;
  if (has64) {
    limit = count64(source.read(at - LOCATOR_BYTES, LOCATOR_BYTES), 8, 'the place of its directory');
    const bytes = source.read(limit, END64_BYTES);
    if (view(bytes).getUint32(0, true) !== END64 || limit + END64_BYTES !== at - LOCATOR_BYTES) {
      throw refuse('its zip64 directory does not lie where it should');
    }
    directory = {
      members: count64(bytes, 32, 'the number of its members'),
      bytes: count64(bytes, 40, 'the length of its directory'),
      offset: count64(bytes, 48, 'the place of its directory'),
    };
  } else if (asks64 || disks !== 0) throw refuse('its directory is incomplete');
  if (directory.offset + directory.bytes !== limit) throw refuse('its directory does not end where it should');
  if (directory.members > LIMITS.members) throw refuse(`it has ${directory.members} members`);
  return directory;
}

function readDirectory(bytes: Uint8Array, directory: Directory): ZipMember[] {
  const at = view(bytes);
  const members: ZipMember[] = [];
  const names = new Set<string>();
  let here = 0;
  while (here < bytes.byteLength) {
    if (here + 46 > bytes.byteLength || at.getUint32(here, true) !== CENTRAL) throw refuse('its directory is damaged');
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) =>
      at.getUint16(here + field, true),
    ) as Sizes;
    const end = here + 46 + nameBytes + extraBytes + commentBytes;
    if (end > bytes.byteLength) throw refuse('its directory is damaged');
    const name = memberName(bytes.subarray(here + 46, here + 46 + nameBytes));
    if (names.has(name)) throw refuse(`it holds two members of the name ${JSON.stringify(name)}`);
    names.add(name);
    const flags = at.getUint16(here + 8, true);
    if ((flags & 1) !== 0) throw refuse(`its member ${JSON.stringify(name)} is encrypted`);
    if (at.getUint16(here + 10, true) !== 0) {
      throw refuse(`its member ${JSON.stringify(name)} is compressed; PyTorch stores members as they are`);
    }
    const extra = bytes.subarray(here + 46 + nameBytes, here + 46 + nameBytes + extraBytes);
    const [size, stored, header] = wide(
      [at.getUint32(here + 24, true), at.getUint32(here + 20, true), at.getUint32(here + 42, true)],
      extra,
    );
    if (size !== stored) throw refuse(`its member ${JSON.stringify(name)} has two sizes`);
    if (header + 30 + size > directory.offset) throw refuse(`its member ${JSON.stringify(name)} lies outside the file`);
    members.push({ name, size, crc: at.getUint32(here + 16, true), header });
    here = end;
  }
  if (members.length !== directory.members) throw refuse('its directory does not hold as many members as it says');
  // Two members may not share bytes: that is how a small file pretends to be a large one.
  const inOrder = members.toSorted((a, b) => a.header - b.header);
  inOrder.forEach((member, index) => {
    const next = inOrder[index + 1];
    if (next && member.header + 30 + member.size > next.header) {
      throw refuse(`its members ${JSON.stringify(member.name)} and ${JSON.stringify(next.name)} overlap`);
    }
  });
  return members;
}

type Sizes = [number, number, number];

/** Sizes of 0xffffffff stand in the zip64 extra field, in this order. */
function wide(values: Sizes, extra: Uint8Array): Sizes {
  if (!values.includes(ALL_32)) return values;
  const at = view(extra);
  for (let here = 0; here + 4 <= extra.byteLength; here += 4 + at.getUint16(here + 2, true)) {
    if (at.getUint16(here, true) !== 1) continue;
    let field = here + 4;
    return values.map((value) => {
      if (value !== ALL_32) return value;
      if (field + 8 > extra.byteLength) throw refuse('its zip64 sizes are incomplete');
      field += 8;
      return count64(extra, field - 8, 'a size in its directory');
    }) as Sizes;
  }
  throw refuse('its zip64 sizes are missing');
}

function memberName(bytes: Uint8Array): string {
  let name: string;
  try {
    name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refuse('a member has a name that is not UTF-8');
  }
  const parts = name.split('/');
  // The rule of every unpacker: no way out of the folder, and no name that another system would read otherwise.
  if (name === '' || /[\\\0]/.test(name) || parts.some((part) => part === '..' || part === '.' || part === '')) {
    throw refuse(`it holds a member of the name ${JSON.stringify(name)}`);
  }
  return name;
}

/** Where a member's data begins. @throws FailureError 'invalid' where the local header says something else than the directory. */
export function dataOffset(source: ByteSource, { name, header, size }: ZipMember): number {
  const local = view(source.read(header, 30));
  const nameBytes = local.getUint16(26, true);
  const offset = header + 30 + nameBytes + local.getUint16(28, true);
  const given = new TextDecoder().decode(source.read(header + 30, nameBytes));
  if (local.getUint32(0, true) !== LOCAL || given !== name || local.getUint16(8, true) !== 0) {
    throw refuse(`its member ${JSON.stringify(name)} is not where the directory says`);
  }
  if (offset + size > source.bytes) throw refuse(`its member ${JSON.stringify(name)} is cut off`);
  return offset;
}

/** @throws FailureError 'invalid' when the member's bytes are not those that were written. */
export function checkCrc(source: ByteSource, member: ZipMember): void {
  let crc = 0;
  for (const piece of pieces(source, dataOffset(source, member), member.size)) crc = crc32(piece, crc);
  if (crc !== member.crc) throw refuse(`its member ${JSON.stringify(member.name)} is damaged (CRC)`);
}
