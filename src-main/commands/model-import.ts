import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { CLASS_ORDERS, ordersFor } from '../../src-shared/domain/class-orders.ts';
import { Expression } from '../../src-shared/domain/expression.ts';
import { FailureError } from '../../src-shared/domain/failure.ts';
import { PART_TITLES } from '../../src-shared/domain/model.ts';
import type { Examination, OrderCheck } from '../../src-shared/domain/model.ts';
import { expressionOf } from '../../src-shared/domain/synonyms.ts';
import type { Cli } from './cli.ts';
import { absolute, findDataset, openOrCreateProject } from './find.ts';
import type { Outcome, Session } from './session.ts';
import { count, percent, table } from './text.ts';

interface ImportOptions {
  readonly project: string;
  readonly classes?: readonly Expression[];
  readonly dataset?: string;
  readonly name?: string;
  /** Undefined unless --vich or --no-vich is given. */
  readonly vich?: boolean;
  readonly json?: boolean;
}

/** "rafdb", or "surprise,fear,disgust,happiness,sadness,anger,neutral". */
export function classOrder(text: string): readonly Expression[] {
  const known = CLASS_ORDERS.find(({ id }) => id === text.trim().toLowerCase());
  if (known) return known.order;
  return text.split(',').map((word) => {
    const expression = Expression.safeParse(word.trim().toLowerCase()).data ?? expressionOf(word.trim());
    if (expression === null) {
      const ids = CLASS_ORDERS.map(({ id }) => id).join(', ');
      throw new InvalidArgumentError(`"${word.trim()}" is no class. Name them in order, or give one of ${ids}.`);
    }
    return expression;
  });
}

export function modelImportCommand(cli: Cli): Command {
  return cli
    .command(
      'import',
      'make a run of a checkpoint from elsewhere',
      'model import rafdb.pth --project study --classes rafdb --dataset faces',
    )
    .argument('<file>', 'safetensors, .pth, .pt or .pth.tar file')
    .requiredOption('--project <dir>', 'project folder; made where it does not exist')
    .option(
      '--classes <order>',
      'what the outputs mean: rafdb, affectnet7, affectnet8, fer2013, ferplus, or names',
      classOrder,
    )
    .option('--dataset <name>', 'labelled dataset to try the known orders on (default: the only one)')
    .option('--name <name>', 'name of the run')
    .option('--vich', 'where both heads stand in the file: the variational one was trained')
    .option('--no-vich', 'where both heads stand in the file: the linear one was trained')
    .action((file: string, options: ImportOptions) =>
      cli.run(options.json, (session) => importModel(session, file, options)),
    );
}

async function importModel(session: Session, file: string, options: ImportOptions): Promise<Outcome> {
  const { models, datasets } = session.services;
  await openOrCreateProject(session, options.project);
  const path = absolute(session, file);
  const vich = options.vich === undefined ? {} : { vich: options.vich };
  const found = await models.examine(path, options.vich);
  if (found.model === null || found.obstacles.length > 0) {
    throw new FailureError({
      kind: 'invalid',
      message: found.obstacles.join(' '),
      remedy: 'Say "model inspect" to see what it holds. A backbone goes to training: train --init FILE.',
    });
  }
  const some = options.dataset !== undefined || datasets.list().length === 1;
  const dataset = some ? findDataset(session, options.dataset).id : null;
  const check = await models.check({ path, ...vich, dataset, split: null });
  if (!check.finite) {
    throw new FailureError({
      kind: 'invalid',
      message: 'The model gives numbers that are not finite: its weights are damaged.',
      remedy: 'Get the file again, or another epoch of it.',
    });
  }
  const order = options.classes ?? found.order;
  if (order === null) {
    const ids = ordersFor(found.model.classes).map(({ id }) => id);
    throw new FailureError({
      kind: 'invalid',
      message: `The file does not say what its ${found.model.classes} outputs mean.${orderText(check)}`,
      remedy: `Name the order with --classes: ${ids.join(', ')}, or the classes themselves.`,
    });
  }
  const { name } = options;
  const run = await models.import({ path, order, ...vich, ...(name !== undefined && { name }) });
  return {
    json: {
      run: run.id,
      name: run.name,
      classes: run.classes,
      size: run.size,
      vich: run.vich,
      examination: found,
      check,
    },
    text: [`Run ${run.id} (${run.name}): ${run.classes.join(', ')}.${orderText(check)}`, ...found.warnings].join('\n'),
  };
}

function orderText({ orders, labelled }: OrderCheck): string {
  if (orders.length === 0) return '';
  const figures = orders.map(({ name, accuracy }) => `${percent(accuracy)} with the order of ${name}`);
  return ` On ${count(labelled)} labelled images the accuracy is ${figures.join(', ')}.`;
}

/** What a foreign file holds. */
export function examined(found: Examination): Outcome {
  const { path, format, tensors, part, prefix, model, matched, missing, unexpected, misshapen } = found;
  const some = (names: readonly string[]): string =>
    names.length === 0 ? '0' : `${count(names.length)}: ${names.slice(0, 3).join(', ')}${names.length > 3 ? ' …' : ''}`;
  return {
    json: { file: path, ...found },
    text: table(
      ['file', path],
      [
        ['format', format],
        ['holds', PART_TITLES[part]],
        ['tensors', count(tensors)],
        ['prefix', prefix === '' ? 'none' : prefix],
        ...(model
          ? [
              ['size', model.size],
              ['outputs', count(model.classes)],
              ['head', model.vich ? 'VICH (mu and logvar)' : 'plain'],
              ['layer embedding', model.layerEmbedding ? 'yes' : 'no'],
            ]
          : []),
        ['matched', count(matched)],
        ['missing', some(missing)],
        ['unexpected', some(unexpected)],
        ['of another shape', some(misshapen)],
        ...found.unknown.map((name) => ['left out', name]),
        ...[...found.obstacles, ...found.warnings].map((sentence) => ['note', sentence]),
      ],
    ),
  };
}
