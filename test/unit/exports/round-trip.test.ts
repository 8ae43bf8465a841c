import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PortableImage } from '../../../src-shared/domain/portable.ts';
import { readFileSync, writeFileSync } from 'node:fs';
import { picture, plant } from '../datasets/images.ts';
import { temporaryFolder } from '../store/fixture.ts';
import { labelled, type Labelled } from './project.ts';

/** A dataset with all that an image can have: votes, soft targets by a rule, boxes, notes, flags, exclusions, opinions, undone acts. */
async function study(): Promise<Labelled> {
  const source = temporaryFolder();
  const root = plant(source, {
    'train/happy/a.jpg': await picture(1),
    'train/sad/a.jpg': await picture(2),
    'train/sad/=1+1.jpg': await picture(3),
    'train/fear/out.jpg': await picture(4),
    'train/whatever/unknown.jpg': await picture(5),
    'val/happy/v "w", x.jpg': await picture(6),
    'val/happy/broken.jpg': 'no image',
  });
  const study = await labelled({ source: root, format: 'folders', name: 'Study' });
  const { labels, id } = study;
  const on = (path: string) => ({ images: [id(path)] });
  labels.apply({ on: on('train/happy/a.jpg'), change: { kind: 'hard', label: 'sad' } });
  labels.apply({
    on: on('train/happy/a.jpg'),
    change: { kind: 'hard', label: 'fear' },
    as: 'opinion',
    annotator: 'ben',
  });
  labels.apply({ on: on('train/sad/a.jpg'), change: { kind: 'soft', soft: { sad: 0.75, fear: 0.25 } } });
  labels.apply({ on: on('train/sad/a.jpg'), change: { kind: 'note', note: 'line\nbreak, "quotes" and ü' } });
  labels.apply({ on: on('train/sad/=1+1.jpg'), change: { kind: 'flag', flagged: true } });
  labels.apply({ on: on('train/fear/out.jpg'), change: { kind: 'exclude', excluded: true } });
  labels.apply({
    on: on('train/whatever/unknown.jpg'),
    change: { kind: 'box', box: { x: 1, y: 2, width: 10, height: 12 } },
  });
  labels.apply({ on: on('val/happy/v "w", x.jpg'), change: { kind: 'clear' } });
  labels.undo();
  return study;
}

function imagesIn(folder: string): PortableImage[] {
  const text = readFileSync(join(folder, 'images.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as PortableImage);
}

/** Acts are numbered anew in another project; which of them belong together stays. */
function withoutNumbers(images: readonly PortableImage[]) {
  const numbers = new Map<number, number>();
  const renumbered = (batch: number): number => {
    const known = numbers.get(batch) ?? numbers.size;
    numbers.set(batch, known);
    return known;
  };
  return images.map((image) => ({
    ...image,
    annotations: image.annotations.map((line) => ({
      ...line,
      batch: renumbered(line.batch),
      target: line.target === null ? null : renumbered(line.target),
    })),
  }));
}

describe('import(export(x)) = x', () => {
  it.each(['refer', 'copy', 'link'] as const)('for the workbench folder, images: %s', async (files) => {
    const first = await study();
    const out = first.out('exported');
    await first.write({ format: 'portable', out, files });
    const second = await labelled({ source: out, format: 'auto', name: 'Study' });
    const again = second.out('exported');
    await second.write({ format: 'portable', out: again });
    expect(withoutNumbers(imagesIn(again))).toEqual(withoutNumbers(imagesIn(out)));
    const [x, y] = [first.store.datasets.get(first.dataset), second.store.datasets.get(second.dataset)];
    expect(y).toMatchObject({ classes: x?.classes, images: x?.images, broken: x?.broken, splits: x?.splits });
    // What the log says is what stands, there too.
    const ids = [
      ...second.store.images.ids({ dataset: second.dataset, run: null, q: '', sort: 'id', descending: false }),
    ];
    const asOf = second.store.history.images(ids, null);
    const rows = second.store.images.rows(ids, null);
    expect(asOf.map(({ label, status, flagged }) => [label, status, flagged])).toEqual(
      rows.map(({ label, status, flagged }) => [label, status, flagged]),
    );
  });

  it('for the votes of a table, through the official code’s manifest', async () => {
    const { project } = await study();
    const root = plant(project.source(), { 'x.jpg': await picture(1), 'y.jpg': await picture(2) });
    const table = join(root, 'table.csv');
    writeFileSync(table, 'image,label,split,neutral,happiness,sadness\nx.jpg,happy,train,2,7,1\ny.jpg,sad,val,0,3,7\n');
    const first = await labelled({
      source: table,
      format: 'csv',
      mapping: { path: 'image', label: 'label', split: 'split' },
      name: 'Votes',
    });
    const out = join(root, 'manifest.csv');
    await first.write({ format: 'manifest', out });
    const second = await labelled({ source: out, format: 'manifest', name: 'Again' });
    const factsOf = ({ store, dataset }: Labelled) => {
      const ids = [...store.images.ids({ dataset, run: null, q: '', sort: 'id', descending: false })];
      const none = { neutral: 0, happy: 0, sad: 0, surprise: 0, fear: 0, disgust: 0, anger: 0, contempt: 0 };
      return store.history
        .images(ids, null)
        .map(({ path, split, label, votes }) => ({ path, split, label, votes: { ...none, ...votes } }));
    };
    expect(factsOf(second)).toEqual(factsOf(first));
  });
});
