/** A stand-in for Electron's download: an archive with an executable that holds the fuse wire and nothing that could run. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { FuseState, FuseV1Options } from '@electron/fuses';

/** What @electron/fuses looks for in the executable; then come version and length of the wire, and a character a fuse. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';

/** A wire as Electron ships it: everything that packaging turns off is on. */
function executable(): Buffer {
  const length = Object.values(FuseV1Options).filter((value) => typeof value === 'number').length;
  return Buffer.concat([
    Buffer.from(`not a program ${SENTINEL}`),
    Buffer.from([1, length, ...Array.from({ length }, () => FuseState.ENABLE)]),
    Buffer.from(' end'),
  ]);
}

/** A zip file of stored members (APPNOTE.TXT 4.3): local headers with their bytes, the directory, its end. */
function zip(members: readonly { readonly name: string; readonly bytes: Buffer }[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of members) {
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), bytes]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((0o100755 << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x03'), common, rest, Buffer.from(name));
    parts.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(18);
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  end.writeUInt16LE(members.length, 4);
  end.writeUInt16LE(members.length, 6);
  end.writeUInt32LE(size, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, ...directory, Buffer.from('PK\x05\x06'), end]);
}

/** Writes it under the name that the packager looks for. */
export function writeRuntime(folder: string, version: string, platform: string, arch: string): void {
  const name = platform === 'win32' ? 'electron.exe' : 'electron';
  const members = [
    { name, bytes: executable() },
    { name: 'version', bytes: Buffer.from(version) },
    { name: 'resources/default_app.asar', bytes: Buffer.from('replaced') },
  ];
  writeFileSync(join(folder, `electron-v${version}-${platform}-${arch}.zip`), zip(members));
}
