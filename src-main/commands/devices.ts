import { Option, type Command } from 'commander';
import {
  BENCHMARK_COLUMNS,
  LARGEST_BATCH,
  MOST_REPEATS,
  MOST_WARM_UP,
  type BenchmarkResult,
} from '../../src-shared/domain/benchmark.ts';
import { DeviceId, type AutoChoice, type Device } from '../../src-shared/domain/device.ts';
import { ModelSize } from '../../src-shared/domain/run.ts';
import { freshNetwork, type NamedModel } from '../services/benchmarks/benchmarks.ts';
import { writeTextFile } from '../services/files/write.ts';
import { Rate } from '../services/jobs/rate.ts';
import { csvLine } from '../services/labels/csv.ts';
import { UsageError, type Cli } from './cli.ts';
import { absolute } from './find.ts';
import { integer, integers } from './options.ts';
import type { Outcome, Session } from './session.ts';
import { count, table } from './text.ts';

interface DevicesOptions {
  readonly benchmark: boolean;
  readonly device?: readonly DeviceId[];
  readonly size: ModelSize;
  readonly vich: boolean;
  readonly checkpoint?: string;
  readonly batch: readonly number[];
  readonly warmUp: number;
  readonly runs: number;
  readonly csv?: string;
  readonly measure: boolean;
  readonly json?: boolean;
}

export function devicesCommand(cli: Cli): Command {
  return cli
    .command('devices', 'list where models can run on this machine, and how fast', 'devices --benchmark --batch 1,8')
    .option('--measure', 'measure anew what auto chooses by', false)
    .option('--benchmark', 'time forward passes of a model, as papers do', false)
    .addOption(
      new Option('--device <devices...>', 'where (default: every one that can be used)').choices(DeviceId.options),
    )
    .addOption(new Option('--size <size>', 'network with fresh weights').choices(ModelSize.options).default('paper'))
    .option('--no-vich', 'with a plain head: the paper’s baseline')
    .option('--checkpoint <file>', 'a model of yours instead')
    .option('--batch <sizes>', 'batch sizes', integers(1, LARGEST_BATCH), [1, 8])
    .option('--warm-up <passes>', 'passes that do not count', integer(0, MOST_WARM_UP), 10)
    .option('--runs <passes>', 'passes that count; the paper has 1000', integer(2, MOST_REPEATS), 100)
    .option('--csv <file>', 'writes the results as a table')
    .action((options: DevicesOptions) => {
      if (options.csv !== undefined && !options.benchmark) throw new UsageError('--csv needs --benchmark.');
      return cli.run(options.json, (session) =>
        options.benchmark ? benchmark(session, options) : list(session, options),
      );
    });
}

async function list({ services: { engine } }: Session, { measure }: DevicesOptions): Promise<Outcome> {
  const found = await engine.devices();
  const auto = await engine.auto(measure ? 'again' : 'no');
  const rows = found.map(({ id, name, memoryBytes, driver, runtime, available, reason }) => [
    id,
    name,
    memoryBytes === null ? '' : `${(memoryBytes / 1024 ** 3).toFixed(1)} GiB`,
    driver ?? '',
    runtime,
    available ? 'ready' : (reason ?? 'not available'),
  ]);
  const lines = [table(['device', 'name', 'memory', 'driver', 'runtime', 'state'], rows), ...auto.map(autoLine)];
  return { json: { devices: found, auto }, text: lines.join('\n') };
}

function autoLine({ work, device, measured }: AutoChoice): string {
  const times = measured.map(
    (one) => `${one.device} ${one.seconds === null ? 'failed' : `${(one.seconds * 1000).toFixed(1)} ms`}`,
  );
  if (device === null) return `auto, ${work}: not measured yet; --measure does it, or the first use.`;
  if (times.length === 0) return `auto, ${work}: ${device}, the only one that can be used.`;
  return `auto, ${work}: ${device} (measured: ${times.join(', ')}).`;
}

async function benchmark(session: Session, options: DevicesOptions): Promise<Outcome> {
  const { services, terminal, progress } = session;
  const devices = options.device ?? usable(await services.engine.devices());
  const title = `Benchmark on ${devices.join(', ')}`;
  const rate = new Rate();
  const show = (done: number, total: number, text: string): void => {
    const at = performance.now();
    rate.add(at, done);
    const perSecond = rate.perSecond(at, done);
    const etaSeconds = perSecond === null ? null : (total - done) / perSecond;
    progress.show({ title, done, total, unit: 'images', rate: perSecond, etaSeconds, text });
  };
  const { batch, warmUp, runs } = options;
  const plan = { devices: [...devices], batches: [...batch], warmUp, repeats: runs };
  try {
    const results = await services.benchmarks.measure(modelOf(session, options), plan, show, terminal.interrupted);
    const out = options.csv === undefined ? null : absolute(session, options.csv);
    if (out !== null) await writeTextFile(out, csvOf(results));
    const written = out === null ? '' : `\nWritten to ${out}.`;
    return { json: { results, out }, text: `${resultTable(results)}${written}` };
  } finally {
    progress.clear();
  }
}

function usable(devices: readonly Device[]): DeviceId[] {
  return devices.filter(({ available }) => available).map(({ id }) => id);
}

function modelOf(session: Session, { checkpoint, size, vich }: DevicesOptions): NamedModel {
  if (checkpoint === undefined) return freshNetwork({ kind: 'network', size, vich });
  return { name: checkpoint, model: { checkpoint: absolute(session, checkpoint) } };
}

function csvOf(results: readonly BenchmarkResult[]): string[] {
  const header = csvLine(BENCHMARK_COLUMNS.map(({ name }) => name));
  return [header, ...results.map((result) => csvLine(BENCHMARK_COLUMNS.map(({ value }) => value(result))))];
}

function resultTable(results: readonly BenchmarkResult[]): string {
  const milliseconds = (seconds: number): string => (seconds * 1000).toFixed(2);
  const rows = results.map((one) => [
    one.device,
    String(one.batch),
    milliseconds(one.meanSeconds),
    milliseconds(one.medianSeconds),
    milliseconds(one.p95Seconds),
    one.imagesPerSecond.toFixed(1),
    (one.peakBytes / 1024 ** 2).toFixed(0),
  ]);
  const [first] = results;
  const facts = first
    ? `${first.model}: ${count(first.parameters)} parameters, ${(first.multiplyAdds / 1e9).toFixed(2)} G multiply-adds an image; ` +
      `${first.repeats} passes after ${first.warmUp} to warm up.\n`
    : '';
  return facts + table(['device', 'batch', 'mean, ms', 'median, ms', 'p95, ms', 'images/s', 'peak, MiB'], rows);
}
