import { mkdir, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { Option, type Command } from 'commander';
import { CAM_METHODS, type CamMethod } from '../../src-shared/domain/cam.ts';
import { FIGURE_KINDS, type FigureKind } from '../../src-shared/domain/figure.ts';
import type { Cli } from './cli.ts';
import { absolute, findDataset, findImage, findRun, openProject } from './find.ts';
import { integer } from './options.ts';
import { cancelled, type Outcome, type Session } from './session.ts';
import { counted } from './text.ts';

interface FigureOptions {
  readonly project: string;
  readonly dataset?: string;
  readonly run: number;
  readonly baseline?: number;
  readonly kind: FigureKind;
  readonly method: CamMethod;
  readonly out: string;
  readonly format: 'svg' | 'png';
  readonly json?: boolean;
}

export function figureCommand(cli: Cli): Command {
  return cli
    .command(
      'figure',
      'draw figures of images as the paper has them: face, class-activation map, VICH curves, error analysis',
      'figure images/sf-00012.jpg --project study --run 1 --out figures',
    )
    .argument('<image...>', 'paths of images in the dataset, or their numbers')
    .requiredOption('--project <dir>', 'project folder')
    .option('--dataset <name>', 'dataset of the images')
    .requiredOption('--run <id>', 'run that is drawn', integer(1))
    .option('--baseline <id>', 'run that is drawn beside it', integer(1))
    .addOption(new Option('--kind <kind>', 'what is drawn').choices(FIGURE_KINDS).default('vich'))
    .addOption(new Option('--method <kind>', 'kind of map').choices(CAM_METHODS).default('gradcam'))
    .addOption(
      new Option('--format <format>', 'kind of file; PNG has twice the size').choices(['svg', 'png']).default('svg'),
    )
    .requiredOption('--out <dir>', 'folder to write into; made where it does not exist')
    .action((images: string[], options: FigureOptions) =>
      cli.run(options.json, (session) => figure(session, images, options)),
    );
}

async function figure(session: Session, images: readonly string[], options: FigureOptions): Promise<Outcome> {
  await openProject(session, options.project);
  const { figures } = session.services;
  const dataset = findDataset(session, options.dataset);
  const run = findRun(session, options.run).id;
  const baseline = options.baseline === undefined ? null : findRun(session, options.baseline).id;
  const rows = images.map((image) => findImage(session, dataset, image));
  const { kind, method, format } = options;
  const out = absolute(session, options.out);
  await mkdir(out, { recursive: true });
  const written: string[] = [];
  for (const { id, path } of rows) {
    if (session.terminal.interrupted.aborted) throw cancelled();
    const drawn = await figures.draw({ image: id, run, baseline, kind, method, range: null });
    const file = join(out, `${basename(path, extname(path))}-${id}-${kind}.${format}`);
    // Loaded here: no other command needs to wait for it.
    const content = format === 'svg' ? drawn.svg : (await import('../services/figures/raster.ts')).figurePng(drawn);
    await writeFile(file, content);
    written.push(file);
  }
  return {
    json: { run, baseline, kind, files: written },
    text: [...written, `${counted(written.length, 'figure')} drawn in ${out}`].join('\n'),
  };
}
