/** A generated picture in every kind of file that people have: what Pillow's numbers in kinds.test.ts were made from. */
import sharp from 'sharp';
import type { Sharp } from 'sharp';

export const WIDTH = 61;
export const HEIGHT = 47;

/** Smooth colours, so that the numbers tell a wrong conversion and not the last bit of a JPEG. */
function colours(channels: 3 | 4): Buffer {
  const data = Buffer.alloc(WIDTH * HEIGHT * channels);
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) {
      const at = (y * WIDTH + x) * channels;
      for (let c = 0; c < 3; c++)
        data[at + c] = Math.round(127 + 100 * Math.sin(x / 9 + c) + 20 * Math.cos(y / 5 + 2 * c));
      if (channels === 4) data[at + 3] = (x * 4) & 255;
    }
  return data;
}

const rgb = (): Sharp => sharp(colours(3), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
const rgba = (): Sharp => sharp(colours(4), { raw: { width: WIDTH, height: HEIGHT, channels: 4 } });

/** Grey of 16 bits whose lower eight differ from the upper ones. */
function sixteenGrey(): Sharp {
  const data = Uint16Array.from({ length: WIDTH * HEIGHT }, (_, at) => ((at % WIDTH) * 1021 + at * 7) & 0xffff);
  return sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } }).toColourspace('grey16');
}

/** A Windows bitmap of 24 bits: rows from the bottom, padded to four bytes, blue first. */
function bmp24(): Buffer {
  const pixels = colours(3);
  const stride = Math.ceil((WIDTH * 3) / 4) * 4;
  const file = Buffer.alloc(54 + stride * HEIGHT);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(WIDTH, 18);
  file.writeInt32LE(HEIGHT, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++)
      for (let c = 0; c < 3; c++)
        file[54 + (HEIGHT - 1 - y) * stride + x * 3 + 2 - c] = pixels[(y * WIDTH + x) * 3 + c] ?? 0;
  return file;
}

/** A GIF whose only frame lies inside a larger canvas. */
function inLargerCanvas(gif: Buffer): Buffer {
  const file = Buffer.from(gif);
  file.writeUInt16LE(WIDTH + 20, 6);
  file.writeUInt16LE(HEIGHT + 10, 8);
  const isShared = ((file[10] ?? 0) & 0x80) !== 0;
  const frame = file.indexOf(0x2c, 13 + (isShared ? 3 * (2 << ((file[10] ?? 0) & 7)) : 0));
  file.writeUInt16LE(12, frame + 1);
  file.writeUInt16LE(5, frame + 3);
  return file;
}

/** An uncompressed TIFF of luma and colour differences (Y falls along x, Cb along y, Cr along both). */
export function ycbcrTiff(subsampling: readonly [number, number] = [1, 1]): Buffer {
  const tags: readonly (readonly [number, number, number, number])[] = [
    [256, 3, 1, WIDTH],
    [257, 3, 1, HEIGHT],
    [258, 3, 3, 134],
    [259, 3, 1, 1],
    [262, 3, 1, 6],
    [273, 4, 1, 140],
    [277, 3, 1, 3],
    [278, 3, 1, HEIGHT],
    [279, 4, 1, WIDTH * HEIGHT * 3],
    [530, 3, 2, subsampling[0] | (subsampling[1] << 16)],
  ];
  const file = Buffer.alloc(140 + WIDTH * HEIGHT * 3);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(tags.length, 8);
  for (const [index, [tag, type, count, value]] of tags.entries()) {
    const at = 10 + index * 12;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(count, at + 4);
    file.writeUInt32LE(value, at + 8);
  }
  for (let sample = 0; sample < 3; sample++) file.writeUInt16LE(8, 134 + sample * 2);
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) file.set([230 - 3 * x, 60 + 3 * y, 90 + x + y], 140 + (y * WIDTH + x) * 3);
  return file;
}

/** Files by name, each a way to store the same picture. */
export async function kinds(): Promise<ReadonlyMap<string, Buffer>> {
  const sixteen = rgb().toColourspace('rgb16');
  const made: readonly (readonly [string, Promise<Buffer>])[] = [
    ['baseline.jpg', rgb().jpeg({ quality: 90, chromaSubsampling: '4:4:4' }).toBuffer()],
    ['subsampled.jpg', rgb().jpeg({ quality: 75, chromaSubsampling: '4:2:0' }).toBuffer()],
    ['progressive.jpg', rgb().jpeg({ quality: 85, progressive: true }).toBuffer()],
    ['grey.jpg', rgb().toColourspace('b-w').jpeg({ quality: 90 }).toBuffer()],
    ['cmyk.jpg', rgb().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer()],
    ['cmyk.tif', rgb().toColourspace('cmyk').tiff({ compression: 'lzw' }).toBuffer()],
    ['rgb.png', rgb().png().toBuffer()],
    ['palette.png', rgb().png({ palette: true, colours: 64, dither: 0 }).toBuffer()],
    ['alpha.png', rgba().png().toBuffer()],
    ['grey.png', rgb().toColourspace('b-w').png().toBuffer()],
    ['sixteen.png', sixteen.png().toBuffer()],
    ['alpha.webp', rgba().webp({ lossless: true, exact: true }).toBuffer()],
    ['lossy.webp', rgb().webp({ quality: 85 }).toBuffer()],
    ['lzw.tif', rgb().tiff({ compression: 'lzw' }).toBuffer()],
    ['alpha.tif', rgba().tiff({ compression: 'deflate' }).toBuffer()],
    ['picture.gif', rgb().gif({ dither: 0 }).toBuffer()],
    ['turned.jpg', rgb().withMetadata({ orientation: 6 }).jpeg({ quality: 90 }).toBuffer()],
    ['mirrored.jpg', rgb().withMetadata({ orientation: 5 }).jpeg({ quality: 90 }).toBuffer()],
    ['picture.bmp', Promise.resolve(bmp24())],
  ];
  const gif = await rgb().gif({ dither: 0 }).toBuffer();
  const more: readonly (readonly [string, Promise<Buffer>])[] = [
    ['transparent.gif', rgba().gif({ dither: 0, colours: 32 }).toBuffer()],
    ['interlaced.gif', rgb().gif({ dither: 0, progressive: true }).toBuffer()],
    ['offset.gif', Promise.resolve(inLargerCanvas(gif))],
    ['ycbcr.tif', Promise.resolve(ycbcrTiff())],
    ['grey16.png', sixteenGrey().png().toBuffer()],
    ['grey16.tif', sixteenGrey().tiff({ compression: 'deflate' }).toBuffer()],
  ];
  return new Map(await Promise.all([...made, ...more].map(async ([name, bytes]) => [name, await bytes] as const)));
}
