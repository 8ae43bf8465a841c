/** The blocked layout is missing only where ONNX Runtime says so: a probe that fails otherwise is no answer. */
import onnxProto from 'onnx-proto';
import { afterEach, expect, test, vi } from 'vitest';
import { isMissing, nchwcBlock } from '../../../../src-main/services/engine/runtime/block.ts';
import { openSession } from '../../../../src-main/services/engine/runtime/session.ts';
import { blockProbe } from '../../../../src-main/services/engine/trace/onnx.ts';

afterEach(() => void vi.unstubAllEnvs());

test('a probe that fails is told, and asked again', async () => {
  vi.stubEnv('POSTER_VAR_FAULTS', 'graph-broken@1');
  await expect(nchwcBlock()).rejects.toThrow(/protobuf/i);
  expect([null, 8, 16]).toContain(await nchwcBlock());
});

const { ModelProto } = onnxProto.onnx;

test.each(['com.microsoft.nchwc', 'com.microsoft'])(
  'a node that %s does not have is a layout that is missing',
  async (domain) => {
    const model = ModelProto.decode(blockProbe().model);
    for (const node of model.graph?.node ?? []) [node.opType, node.domain] = ['ReorderElsewhere', domain];
    for (const set of model.opsetImport) if (set.domain !== '') set.domain = domain;
    const refused = await openSession(ModelProto.encode(model).finish(), 'cpu').catch((thrown: unknown) => thrown);
    expect(isMissing(refused), String(refused)).toBe(true);
  },
);

test('what another processor says of a node that it has no code for', () => {
  const words = "Could not find an implementation for ReorderInput(1) node with name ''";
  expect(isMissing(new Error(words))).toBe(true);
  expect(isMissing(new Error('Failed to allocate memory for requested buffer of size 8'))).toBe(false);
});
