/** A process of its own that labels until it is killed, and prints each batch once it is acknowledged: for the kill test. */
import { openStore } from '../../../src-main/services/store/store.ts';
import { EXPRESSIONS } from '../../../src-shared/domain/expression.ts';

const [folder = ''] = process.argv.slice(2);
const store = openStore(folder);
const ids = store.images.ids({ dataset: 1, run: null, q: '', sort: 'id', descending: false });
for (let turn = 0; ; turn++) {
  const label = EXPRESSIONS[turn % 7] ?? 'neutral';
  const start = (turn * 7) % (ids.length - 20);
  const { batch, changed } = store.labels.apply(
    ids.subarray(start, start + 1 + (turn % 20)),
    { kind: 'hard', label },
    'kill',
  );
  // Written through at once: a line that arrives was acknowledged before it was sent.
  process.stdout.write(`${batch} ${changed} ${label}\n`);
}
