import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../../src-shared/contract/codec.ts';

describe('codec', () => {
  it('carries typed arrays to the bit, views with an offset included', () => {
    const whole = new Float32Array([9, -0, 1 / 3, Infinity, NaN, 3.4e38]);
    const sent = {
      loss: whole.subarray(1),
      steps: new Int32Array([1, -2]),
      bytes: new Uint8Array([0, 255]),
      wide: new Float64Array([Math.PI]),
    };
    const got = decode(encode(sent)) as typeof sent;
    expect(got.loss).toBeInstanceOf(Float32Array);
    expect(new Uint32Array(got.loss.buffer)).toEqual(new Uint32Array(whole.slice(1).buffer));
    expect(got.steps).toEqual(sent.steps);
    expect(got.bytes).toEqual(sent.bytes);
    expect(got.wide).toEqual(sent.wide);
  });

  it('survives arrays larger than an argument list', () => {
    const large = Float32Array.from({ length: 300_000 }, (_, i) => i);
    expect(decode(encode(large))).toEqual(large);
  });

  it('leaves plain objects alone, even those that look alike', () => {
    const plain = [{ $: 'f32', b: 7 }, { $: 'toString', b: 'AAAA' }, { a: [1, null, 'x'] }, {}];
    expect(decode(encode(plain))).toEqual(plain);
  });

  it('throws on text that is no JSON', () => {
    expect(() => decode('{')).toThrow(SyntaxError);
    expect(() => decode('{"$":"f32","b":"AAA="}')).toThrow(SyntaxError);
    expect(() => decode('{"$":"f32","b":"*"}')).toThrow(SyntaxError);
  });
});
