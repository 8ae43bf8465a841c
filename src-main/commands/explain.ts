import { mkdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { Option, type Command } from 'commander';
import { FailureError, toFailure, type Failure } from '../../src-shared/domain/failure.ts';
import { CAM_METHODS, type CamMethod } from '../../src-shared/domain/cam.ts';
import type { Expression } from '../../src-shared/domain/expression.ts';
import { DeviceChoice } from '../../src-shared/domain/device.ts';
import { argmax, sigma } from '../../src-shared/metrics/vich.ts';
import type { ExplainedImage } from '../services/engine/interface.ts';
import { writeTextFile } from '../services/files/write.ts';
import { UsageError, type Cli } from './cli.ts';
import { absolute, checkpointOf, findRun, openProject } from './find.ts';
import { integer } from './options.ts';
import { cancelled, type Outcome, type Session } from './session.ts';
import { counted } from './text.ts';

interface ExplainOptions {
  readonly project?: string;
  readonly run?: number;
  readonly checkpoint?: string;
  readonly out: string;
  readonly device: DeviceChoice;
  readonly method: CamMethod;
  readonly json?: boolean;
}

export function explainCommand(cli: Cli): Command {
  return cli
    .command(
      'explain',
      'write overlays of class-activation maps, one PNG a class, and the numbers as JSON',
      'explain face.jpg --project study --run 1 --out explained',
    )
    .argument('<image...>', 'image files')
    .option('--project <dir>', 'project folder of the run')
    .option('--run <id>', 'run that explains', integer(1))
    .option('--checkpoint <file>', 'safetensors file that explains, instead of a run')
    .requiredOption('--out <dir>', 'folder to write into; made where it does not exist')
    .addOption(new Option('--method <kind>', 'kind of map').choices(CAM_METHODS).default('gradcam'))
    .addOption(new Option('--device <device>', 'where to compute').choices(DeviceChoice.options).default('auto'))
    .action((images: string[], options: ExplainOptions) => {
      const both = options.checkpoint !== undefined && options.run !== undefined;
      const none = options.checkpoint === undefined && (options.run === undefined || options.project === undefined);
      if (both || none) throw new UsageError('Give either --project DIR with --run ID, or --checkpoint FILE.');
      return cli.run(options.json, (session) => explain(session, images, options));
    });
}

interface Explained {
  readonly image: string;
  readonly prediction: Expression;
  readonly overlays: readonly string[];
  readonly data: string;
}

async function explain(session: Session, images: readonly string[], options: ExplainOptions): Promise<Outcome> {
  const { engine } = session.services;
  const checkpoint = await modelOf(session, options);
  const { classes } = await engine.inspect(checkpoint);
  const out = absolute(session, options.out);
  await mkdir(out, { recursive: true }).catch((thrown: NodeJS.ErrnoException) => {
    const message = `The folder ${out} cannot be made: ${thrown.message}.`;
    throw new FailureError({ kind: 'forbidden', message, remedy: 'Choose a folder that you may write to.' });
  });
  const explained: Explained[] = [];
  const failed: { image: string; error: Failure }[] = [];
  const stems = uniqueStems(images);
  const started = performance.now();
  for (const [index, image] of images.entries()) {
    if (session.terminal.interrupted.aborted) throw cancelled();
    const file = absolute(session, image);
    try {
      const found = await engine.explain({ checkpoint, file, device: options.device, method: options.method });
      explained.push(await write(out, stems[index] ?? image, { image, file, classes, method: options.method, found }));
    } catch (thrown) {
      const error = toFailure(thrown);
      // One unreadable image does not stop the others; everything else does.
      if (error.kind !== 'unreadable' && error.kind !== 'not-found') throw thrown;
      failed.push({ image, error });
    }
    const rate = ((index + 1) / (performance.now() - started)) * 1_000;
    const etaSeconds = (images.length - index - 1) / rate;
    const work = {
      title: 'Explain',
      done: index + 1,
      total: images.length,
      unit: 'images',
      rate,
      etaSeconds,
      text: '',
    };
    session.progress.show(work);
  }
  session.progress.clear();
  const [first] = failed;
  if (explained.length === 0 && first !== undefined) throw new FailureError(first.error);
  const lines = explained.map(({ image, prediction, data }) => `${image}: ${prediction} → ${data}`);
  return {
    json: { run: options.run ?? null, images: explained.length, out, explained, failed },
    text: [
      ...lines,
      ...failed.map(({ image, error }) => `${image}: ${error.message}`),
      `${counted(explained.length, 'image')} explained in ${out}`,
    ].join('\n'),
  };
}

async function modelOf(session: Session, { project, run, checkpoint }: ExplainOptions): Promise<string> {
  if (checkpoint !== undefined) return absolute(session, checkpoint);
  if (project === undefined || run === undefined) throw new UsageError('Give --project and --run, or --checkpoint.');
  await openProject(session, project);
  return checkpointOf(session, findRun(session, run));
}

/** File names without folder and extension; where two images share one, a number makes them differ. */
function uniqueStems(images: readonly string[]): string[] {
  const taken = new Set<string>();
  return images.map((image) => {
    const stem = basename(image, extname(image));
    let name = stem;
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${stem}-${number}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

interface Drawing {
  readonly image: string;
  readonly file: string;
  readonly classes: readonly Expression[];
  readonly method: CamMethod;
  readonly found: ExplainedImage;
}

async function write(out: string, stem: string, { image, file, classes, method, found }: Drawing): Promise<Explained> {
  // Loaded here: no other command needs to wait for the image library.
  const [{ default: sharp }, { decodeSquare, SIDE }, { scaleMaps }, { overlayMap }] = await Promise.all([
    import('sharp'),
    import('../services/images/pixels.ts'),
    import('../services/runs/explain.ts'),
    import('./overlay.ts'),
  ]);
  const { mu, logvar, cams, height, width, landmarks } = found;
  const pixels = await decodeSquare(file);
  const maps = scaleMaps(cams, classes.length);
  const overlays: string[] = [];
  for (const [index, expression] of classes.entries()) {
    const map = maps.subarray(index * height * width, (index + 1) * height * width);
    const drawn = overlayMap(pixels, { values: map, height, width }, SIDE);
    const overlay = join(out, `${stem}-${expression}.png`);
    await sharp(drawn, { raw: { width: SIDE, height: SIDE, channels: 3 } })
      .png()
      .toFile(overlay);
    overlays.push(overlay);
  }
  const prediction = classes[argmax(mu)] ?? 'neutral';
  const byClass = <T>(value: (index: number) => T): Record<string, T> =>
    Object.fromEntries(classes.map((expression, index) => [expression, value(index)]));
  const numbers = {
    image,
    prediction,
    mu: byClass((index) => mu[index]),
    logvar: logvar && byClass((index) => logvar[index]),
    sigma: logvar && byClass((index) => sigma(logvar[index] ?? 0)),
    cam: {
      method,
      height,
      width,
      maps: byClass((index) => [...maps.subarray(index * height * width, (index + 1) * height * width)]),
    },
    landmarks: landmarks && [...landmarks],
  };
  const data = join(out, `${stem}.json`);
  await writeTextFile(data, [`${JSON.stringify(numbers, null, 2)}\n`]);
  return { image, prediction, overlays, data };
}
