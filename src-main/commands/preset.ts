import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import { findRun, openProject } from './find.ts';
import { integer } from './options.ts';
import type { Outcome, Session } from './session.ts';
import { table } from './text.ts';
import type { TrainSettings } from '../../src-shared/domain/run.ts';
import { FailureError } from '../../src-shared/domain/failure.ts';
import { settingsOf, withSettings } from './train-settings.ts';
import type { SettingOptions } from './train-settings.ts';

interface SaveOptions extends SettingOptions {
  readonly project?: string;
  readonly run?: number;
  readonly json?: boolean;
}

export function presetCommand(cli: Cli): Command {
  const save = cli
    .command('save', 'save settings as a preset of one’s own', 'preset save "My lab" --preset rafdb --epochs 60')
    .argument('<title>', 'what it is for')
    .option('--project <dir>', 'project folder, with --run')
    .option('--run <id>', 'take the settings of this run', integer(1));
  return cli
    .group('preset', 'list, save and remove settings to train with', 'preset list')
    .addCommand(
      cli
        .command('list', 'list presets and where their values come from', 'preset list')
        .action((options: { json?: boolean }) => cli.run(options.json, list)),
    )
    .addCommand(
      withSettings(save).action((title: string, options: SaveOptions) =>
        cli.run(options.json, (session) => savePreset(session, title, options)),
      ),
    )
    .addCommand(
      cli
        .command('remove', 'remove a preset of one’s own', 'preset remove my-lab')
        .argument('<name>', 'name of the preset')
        .action((name: string, options: { json?: boolean }) =>
          cli.run(options.json, ({ services }) => {
            services.presets.remove(name);
            return Promise.resolve({ json: { removed: name }, text: `The preset "${name}" is removed.` });
          }),
        ),
    );
}

function list({ services }: Session): Promise<Outcome> {
  const { presets, broken } = services.presets.list();
  const rows = presets.map(({ name, title, own, settings }) => [
    name,
    own ? `${title} (own)` : title,
    settings.size,
    `${settings.epochs} epochs`,
  ]);
  const problems = broken.map(({ file, reason }) => `${file} cannot be read: ${reason}`);
  return Promise.resolve({
    json: { presets, broken },
    text: [table(['name', 'title', 'size', 'length'], rows), ...problems].join('\n'),
  });
}

async function savePreset(session: Session, title: string, options: SaveOptions): Promise<Outcome> {
  const settings = options.run === undefined ? settingsOf(session, options) : await settingsOfRun(session, options);
  const preset = await session.services.presets.save({ title, settings });
  return { json: { preset }, text: `Saved as "${preset.name}": train --preset ${preset.name}` };
}

async function settingsOfRun(session: Session, { project, run = 0 }: SaveOptions): Promise<TrainSettings> {
  if (project === undefined)
    throw new FailureError({
      kind: 'invalid',
      message: 'A run stands in a project, and none is named.',
      remedy: 'Give --project DIR with --run ID.',
    });
  await openProject(session, project);
  const { settings, name } = findRun(session, run);
  if (settings !== null) return settings;
  throw new FailureError({
    kind: 'conflict',
    message: `The run "${name}" was imported: it has no settings.`,
    remedy: 'Choose a run that was trained here.',
  });
}
