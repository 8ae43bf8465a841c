/** One million images: queries, the end of the list, counts, and scrolling in Chromium. The page must be built (`npm run build`). */
import type { SortKey } from '../../../src-shared/domain/image.ts';
import { NO_BROWSER, withGallery, withWorkbench, type Workbench } from '../gallery/workbench.ts';
import { heapOf, scrolled } from '../gallery/scroll.ts';
import { spreadOf } from '../measure.ts';
import type { Measurement, Quantity, Reach, Row } from '../row.ts';

/** As people ask: by class, by number, by person, by text, by further facts, and several at once; each in some order. */
const MIX: readonly (readonly [q: string, sort: SortKey])[] = [
  ['', 'loss'],
  ['label:sad', 'loss'],
  ['label:sad pred:fear', 'loss'],
  ['wrong', 'sigma'],
  ['wrong -split:train', 'flip'],
  ['sigma>.6', 'sigma'],
  ['sigma>.6 wrong', 'loss'],
  ['margin<.05', 'margin'],
  ['label:sad pred:fear sigma>.6 -split:test wrong', 'loss'],
  ['label:sad pred:fear sigma>.6 -split:test note:blurry wrong', 'loss'],
  ['entropy=1.2..1.5', 'entropy'],
  ['confidence<.4 label:happy', 'confidence'],
  ['loss>4', 'loss'],
  ['disagreement>.5', 'disagreement'],
  ['annotator:ben', 'disagreement'],
  ['-annotator:ada,ben label:fear', 'id'],
  ['flagged', 'path'],
  ['reviewed wrong', 'loss'],
  ['unlabelled', 'prediction'],
  ['excluded', 'id'],
  ['status:broken', 'path'],
  ['split:test', 'path'],
  ['split:val,test wrong', 'label'],
  ['pred:none', 'id'],
  ['note:hand', 'id'],
  ['path:part-00042', 'path'],
  ['blurry', 'loss'],
  ['@gender:female', 'loss'],
  ['@age>=60 wrong', 'loss'],
  ['fixed:1', 'loss'],
  ['regressed:1 label:anger', 'loss'],
  ['flip>.3 right', 'flip'],
];

const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN;
};

const quantity = (of: string, values: readonly number[], unit: Quantity['unit'] = 'ms'): Quantity => ({
  of,
  spread: spreadOf(values),
  unit,
});

/** Opens a query and reads its first page, as the page does; milliseconds. */
async function firstPage({ api, project }: Workbench, q: string, sort: SortKey): Promise<number> {
  const [run] = project.runs;
  const start = performance.now();
  const asked = { dataset: project.dataset, run, q, sort, descending: true };
  const { snapshot } = await api.get('images.open', asked);
  await api.get('images.page', { snapshot, offset: 0, limit: 200 });
  return performance.now() - start;
}

/** A label now and then, as people do between two queries. */
async function label({ api, project }: Workbench, turn: number): Promise<void> {
  const expression = turn % 2 === 0 ? 'fear' : 'surprise';
  const image = 1 + ((turn * 7_919) % project.images);
  await api.get('labels.apply', { on: { images: [image] }, change: { kind: 'hard', label: expression } });
}

const queries: Row = {
  name: 'gallery-query',
  work: `first page after a query, ${MIX.length} queries of a million images, p95`,
  against: 'milliseconds',
  reach: { bound: 'at most', value: 100 },
  measure: ({ rounds }) =>
    withWorkbench(async (workbench) => {
      const opening = await firstPage(workbench, '', 'loss');
      const cold: number[] = [];
      for (const [q, sort] of MIX) cold.push(await firstPage(workbench, q, sort));
      const rest: number[][] = [];
      for (let round = 0; round < rounds; round++) {
        const taken: number[] = [];
        for (const [turn, [q, sort]] of MIX.entries()) {
          taken.push(await firstPage(workbench, q, sort));
          if (turn % 4 === 0) await label(workbench, round * MIX.length + turn);
        }
        rest.push(taken);
        const slow = MIX.map(([q, sort], turn) => ({ q: `${q} by ${sort}`, ms: taken[turn] ?? 0 }));
        const slowest = slow.toSorted((a, b) => b.ms - a.ms).slice(0, 3);
        if (process.env['POSTER_VAR_BENCH_VERBOSE']) console.log(slowest);
      }
      return {
        kind: 'absolute',
        unit: 'ms',
        spread: spreadOf(rest.map((taken) => percentile(taken, 0.95))),
        parts: [
          quantity('median', rest.flat()),
          quantity('slowest', [Math.max(...rest.flat())]),
          quantity('the first one after opening the project', [opening]),
          quantity('each one the first time, p95', [percentile(cold, 0.95)]),
        ],
      };
    }),
};

const facets: Row = {
  name: 'gallery-facets',
  work: 'counts and histograms beside the grid, a million images',
  against: 'milliseconds',
  reach: { bound: 'at most', value: 500 },
  measure: ({ rounds }) =>
    withWorkbench(async (workbench) => {
      const { api, project } = workbench;
      const count = async (q: string): Promise<number> => {
        const start = performance.now();
        await api.get('images.facets', { dataset: project.dataset, run: project.runs[0], q });
        return performance.now() - start;
      };
      const cold = await count('');
      const alone: number[] = [];
      const beside: number[] = [];
      for (let round = 0; round < rounds; round++) {
        for (const q of ['', 'label:sad', 'wrong sigma>.6']) alone.push(await count(q));
        // A query that comes while counts are under way must not wait for them.
        const counting = count('margin<.2');
        beside.push(await firstPage(workbench, 'label:fear wrong', 'loss'));
        await counting;
      }
      return {
        kind: 'absolute',
        unit: 'ms',
        spread: spreadOf(alone),
        parts: [
          quantity('the first time', [cold]),
          quantity('a query meanwhile', beside),
          quantity('a query meanwhile, p95', [percentile(beside, 0.95)]),
        ],
      };
    }),
};

/** A row that is measured in Chromium. */
function inBrowser(
  name: string,
  work: string,
  unit: 'ms' | 'MB' | 'tiles',
  reach: Reach,
  measure: (
    page: Parameters<Parameters<typeof withGallery>[1]>[0],
    workbench: Workbench,
    rounds: number,
  ) => Promise<Measurement>,
): Row {
  return {
    name,
    work,
    against: { ms: 'milliseconds', MB: 'megabytes', tiles: 'tiles' }[unit],
    reach,
    measure: ({ rounds }) =>
      NO_BROWSER === null
        ? withWorkbench((workbench) => withGallery(workbench, (page) => measure(page, workbench, rounds)))
        : Promise.resolve({ kind: 'skipped', reason: NO_BROWSER }),
  };
}

const jump = inBrowser(
  'gallery-jump',
  'Ctrl+End until the last image is shown with its row, Chromium',
  'ms',
  { bound: 'at most', value: 100 },
  async (page, { project }, rounds) => {
    const taken: number[] = [];
    await page.locator('#grid').focus();
    for (let round = 0; round < rounds; round++) {
      await page.keyboard.press('Control+Home');
      await page.locator('.tile.current[data-index="0"][data-image]').waitFor();
      // Pages near the end that were kept would make the next jump easy.
      if (round > 0) await page.reload();
      await page.locator('.tile[data-image]').first().waitFor();
      await page.locator('#grid').focus();
      taken.push(
        await page.evaluate(async (last) => {
          const grid = document.querySelector('#grid');
          const start = performance.now();
          grid?.dispatchEvent(new KeyboardEvent('keydown', { key: 'End', code: 'End', ctrlKey: true, bubbles: true }));
          while (document.querySelector(`.tile.current[data-index="${last}"][data-image]`) === null)
            await new Promise((resolve) => setTimeout(resolve, 1));
          return performance.now() - start;
        }, project.images - 1),
      );
    }
    return {
      kind: 'absolute',
      unit: 'ms',
      spread: spreadOf(taken),
      parts: [quantity('slowest', [Math.max(...taken)])],
    };
  },
);

const scroll = inBrowser(
  'gallery-scroll',
  'a frame while the wheel turns, 3,000 pixels a second, Chromium, p95',
  'ms',
  { bound: 'at most', value: 17 },
  async (page, _workbench, rounds) => {
    const runs = [];
    for (let round = 0; round < Math.min(3, rounds); round++) runs.push(await scrolled(page, 3_000, 5_000));
    const idle = await scrolled(page, 0, 2_000);
    return {
      kind: 'absolute',
      unit: 'ms',
      spread: spreadOf(runs.map(({ frames }) => percentile(frames, 0.95))),
      parts: [
        quantity(
          'median frame',
          runs.flatMap(({ frames }) => frames),
        ),
        quantity('p99', [
          percentile(
            runs.flatMap(({ frames }) => frames),
            0.99,
          ),
        ]),
        quantity('without scrolling, p95', [percentile(idle.frames, 0.95)]),
        quantity(
          'most tiles',
          runs.map(({ tiles }) => tiles),
          'tiles',
        ),
      ],
    };
  },
);

const heap = inBrowser(
  'gallery-heap',
  'the page’s heap after scrolling through 100,000 tiles beyond what it was after the first 20,000, Chromium',
  'MB',
  { bound: 'at most', value: 5 },
  async (page) => {
    await scrolled(page, 60_000, 6_000);
    const before = await heapOf(page);
    for (let i = 0; i < 5; i++) await scrolled(page, 60_000, 6_000);
    const after = await heapOf(page);
    return {
      kind: 'absolute',
      unit: 'MB',
      spread: spreadOf([after - before]),
      parts: [quantity('before', [before], 'MB'), quantity('after', [after], 'MB')],
    };
  },
);

export default [queries, facets, jump, scroll, heap];
