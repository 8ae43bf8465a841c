/** Weights as torch.save writes them, in the zip format: `torch.load(file, weights_only=True)["model"]` is the state dict. */
import type { StoredTensor, Weights } from '../../model/initialise.ts';
import { PickleWriter } from './pickle-writer.ts';
import { storedZip } from './zip-write.ts';

/** @param facts texts that go in beside the tensors. */
export function* pytorchFile(weights: Weights, facts: ReadonlyMap<string, string>): Generator<Uint8Array> {
  const text = new TextEncoder();
  const members: (readonly [string, Uint8Array])[] = [
    ['data.pkl', pickleOf(weights, facts)],
    ['byteorder', text.encode('little')],
    ...[...weights.values()].map(({ data }, index): readonly [string, Uint8Array] => [`data/${index}`, bytesOf(data)]),
    ['version', text.encode('3\n')],
  ];
  yield* storedZip(members.map(([path, data]) => [`model/${path}`, data]));
}

function bytesOf(data: StoredTensor['data']): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function pickleOf(weights: Weights, facts: ReadonlyMap<string, string>): Uint8Array {
  const pickle = new PickleWriter();
  pickle.dict();
  pickle.text('model');
  pickle.orderedDict(
    [...weights].map(([name, { dtype, shape }], index) => [name, { key: String(index), dtype, shape }]),
  );
  pickle.setItem();
  // The name under which POSTER++ looks for it: the same object, stored once.
  pickle.text('state_dict');
  pickle.again();
  pickle.setItem();
  for (const [name, value] of facts) {
    pickle.text(name);
    pickle.text(value);
    pickle.setItem();
  }
  return pickle.end();
}
