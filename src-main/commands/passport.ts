import type { Command } from 'commander';
import type { Passport, SealedPassport } from '../../src-shared/domain/passport.ts';
import { bestEpochText } from '../../src-shared/domain/run.ts';
import { writeTextFile } from '../services/files/write.ts';
import type { Cli } from './cli.ts';
import { absolute, findRun, openProject } from './find.ts';
import { integer } from './options.ts';
import type { Outcome, Session } from './session.ts';
import { table } from './text.ts';

interface ExportOptions {
  readonly project: string;
  readonly run: number;
  readonly out: string;
  readonly json?: boolean;
}

interface CheckOptions {
  readonly checkpoint?: string;
  readonly json?: boolean;
}

export function passportCommand(cli: Cli): Command {
  return cli
    .group('passport', 'what a run was made of, with a hash that shows changes', 'passport check run.passport.json')
    .addCommand(
      cli
        .command(
          'export',
          'write the passport of a run',
          'passport export --project study --run 1 --out run.passport.json',
        )
        .requiredOption('--project <dir>', 'project folder')
        .requiredOption('--run <id>', 'run to describe', integer(1))
        .requiredOption('--out <file>', 'JSON file to write')
        .action((options: ExportOptions) => cli.run(options.json, (session) => write(session, options))),
    )
    .addCommand(
      cli
        .command(
          'check',
          'hold a passport against its own hash, and against a checkpoint',
          'passport check run.passport.json --checkpoint model.safetensors',
        )
        .argument('<file>', 'passport that was exported or lies in a bundle')
        .option('--checkpoint <file>', 'checkpoint that it should speak of')
        .action((file: string, options: CheckOptions) =>
          cli.run(options.json, (session) => check(session, file, options)),
        ),
    );
}

async function write(session: Session, options: ExportOptions): Promise<Outcome> {
  await openProject(session, options.project);
  const { text, ...sealed } = await session.services.passports.of(findRun(session, options.run).id);
  const out = absolute(session, options.out);
  await writeTextFile(out, [text]);
  return { json: { file: out, ...sealed }, text: `${out}: ${sealed.sha256}` };
}

async function check(session: Session, file: string, { checkpoint }: CheckOptions): Promise<Outcome> {
  const belongs = checkpoint === undefined ? undefined : absolute(session, checkpoint);
  const sealed = await session.services.passports.check(absolute(session, file), belongs);
  return { json: { valid: true, ...sealed }, text: described(sealed) };
}

function described({ passport, sha256 }: SealedPassport): string {
  const { model, preset, data, parents, device, environments, time, best } = passport;
  return table(
    ['passport', sha256],
    [
      ['model', `${model.size}, ${model.classes.length} classes`],
      ['preset', preset === null ? 'not known' : `${preset.name}, ${preset.differences.length} settings changed`],
      ['seed', JSON.stringify(passport.settings['seed'] ?? null)],
      ['device', device],
      ['versions', environments.map(({ workbench, onnxruntime }) => `${workbench} (ONNX ${onnxruntime})`).join(', ')],
      ...dataRows(data),
      ...parents.map(({ name, sha256: hash }) => ['began from', `${name} ${hash ?? '(not hashed)'}`]),
      ['process, wall', `${time.process.toFixed(1)} s, ${time.wall?.toFixed(1) ?? '–'} s`],
      ['best', best === null ? '–' : `${best.value.toFixed(4)} ${bestEpochText(best)}`],
      ['checkpoint', passport.checkpoint ?? '–'],
    ],
  );
}

function dataRows(data: Passport['data']): string[][] {
  if (data === null) return [['data', 'not known any more']];
  const { dataset, version, contentHash, train, val } = data;
  return [
    ['dataset', `${dataset}${version === null ? '' : `@${version}`} ${contentHash}`],
    ...[train, val].map(({ split, images, hash }) => [split, `${images} images ${hash}`]),
  ];
}
