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
  return new Map(await Promise.all(made.map(async ([name, bytes]) => [name, await bytes] as const)));
}
