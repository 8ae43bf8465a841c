import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { isForeign, lacksEnd } from '../../../src-main/services/images/truncated.ts';

function face(kind: 'jpeg' | 'png' | 'webp' | 'tiff'): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  return sharp({ create: { width: 64, height: 48, channels: 3, background: '#000', noise } })
    .toFormat(kind)
    .toBuffer();
}

describe('a picture that could not be decoded', () => {
  it('lacks its end where bytes are missing, and not where they are all there', async () => {
    for (const kind of ['jpeg', 'png', 'webp'] as const) {
      const whole = await face(kind);
      expect(lacksEnd(whole), kind).toBe(false);
      expect(lacksEnd(Buffer.concat([whole, Buffer.from('more')])), kind).toBe(false);
      for (const share of [0.5, 0.9]) expect(lacksEnd(whole.subarray(0, whole.length * share)), kind).toBe(true);
    }
    expect(lacksEnd(Buffer.from('<html></html>'))).toBe(false);
  });

  it('is not told of by the words of another kind of file', async () => {
    const [jpeg, png] = [await face('jpeg'), await face('png')];
    expect(isForeign('VipsJpeg: premature end of JPEG image', png)).toBe(true);
    expect(isForeign('vipspng: libpng read error', png)).toBe(false);
    expect(isForeign('VipsJpeg: premature end of JPEG image', jpeg)).toBe(false);
    expect(isForeign('Input buffer contains unsupported image format', jpeg)).toBe(false);
    expect(isForeign('VipsJpeg: anything', await face('tiff'))).toBe(true);
    expect(isForeign('VipsJpeg: anything', Buffer.from('<html></html>'))).toBe(false);
  });
});
