/** How many images a second each device classifies, by batch size. Pure. */
import type { BenchmarkResult } from '../../src-shared/domain/benchmark.ts';
import { count, fixed, plural } from '../text/format.ts';
import { frame, rectPath, ticksOf, type Drawing, type Size } from './drawing.ts';
import type { Table } from './export.ts';

/** The latest result of each device and batch size of one model, devices together, batches ascending. */
export function latest(results: readonly BenchmarkResult[], model: string): BenchmarkResult[] {
  const found = new Map<string, BenchmarkResult>();
  for (const one of results.filter((result) => result.model === model)) {
    const key = `${one.device} ${one.deviceName} ${one.batch}`;
    const known = found.get(key);
    if (known === undefined || known.at < one.at) found.set(key, one);
  }
  return [...found.values()].sort((a, b) => a.device.localeCompare(b.device) || a.batch - b.batch);
}

/** "3.1", "12", "1,204". */
export function perSecond(value: number): string {
  return value >= 100 || value === 0 ? count(Math.round(value)) : fixed(value, value >= 10 ? 0 : 1);
}

/** A bar a result; its whisker goes down to the images/s of the slowest twentieth of the passes. */
export function speed(results: readonly BenchmarkResult[], size: Size): Drawing {
  const most = Math.max(1e-9, ...results.map(({ imagesPerSecond }) => imagesPerSecond));
  const box = frame(size, [0, Math.max(1, results.length)], [0, most * 1.1]);
  return {
    ...box,
    xTicks: results.map(({ device, batch }, at) => ({ at: box.x(at + 0.5), text: `${device}, ${batch}` })),
    yTicks: ticksOf(box.y, 5, perSecond),
    xTitle: 'Device, batch',
    yTitle: 'Images a second',
    strokes: [],
    marks: results.map((one, at) => {
      const top = box.y(one.imagesPerSecond);
      return {
        id: `${one.device}-${one.batch}`,
        d: rectPath(box.x(at + 0.2), top, box.x(at + 0.8), box.bottom),
        tone: 'ghost',
        x: box.x(at + 0.5),
        y: top,
        whisker: [box.y(one.batch / one.p95Seconds), top],
        text:
          `${one.device}, batch ${one.batch}: ${perSecond(one.imagesPerSecond)} images a second; ` +
          `median ${milliseconds(one.medianSeconds)} ms, p95 ${milliseconds(one.p95Seconds)} ms of ${plural(one.repeats, 'pass', 'passes')}`,
        q: null,
      };
    }),
  };
}

/** Three digits that count. */
export function milliseconds(seconds: number): string {
  const value = seconds * 1000;
  return value >= 100 || value === 0 ? count(Math.round(value)) : fixed(value, value >= 10 ? 1 : 2);
}

export function speedTable(results: readonly BenchmarkResult[]): Table {
  return {
    columns: ['device', 'batch', 'images/s', 'median, ms', 'p95, ms', 'mean, ms'],
    rows: results.map((one) => [
      one.device,
      one.batch,
      one.imagesPerSecond,
      one.medianSeconds * 1000,
      one.p95Seconds * 1000,
      one.meanSeconds * 1000,
    ]),
  };
}

export function speedSummary(results: readonly BenchmarkResult[]): string {
  const [best] = results.toSorted((a, b) => b.imagesPerSecond - a.imagesPerSecond);
  const [quick] = results.toSorted((a, b) => a.medianSeconds - b.medianSeconds);
  if (best === undefined || quick === undefined) return 'Nothing is measured yet.';
  const one = `Most images a second: ${perSecond(best.imagesPerSecond)} on ${best.device} with batches of ${best.batch}`;
  return `${one}; the shortest wait: ${milliseconds(quick.medianSeconds)} ms for ${plural(quick.batch, 'image')} on ${quick.device}.`;
}
