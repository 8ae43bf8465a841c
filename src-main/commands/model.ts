import { Option, type Command } from 'commander';
import { EXPRESSIONS, SEVEN } from '../../src-shared/domain/expression.ts';
import { ModelSize } from '../../src-shared/domain/run.ts';
import type { CheckpointInfo } from '../services/engine/interface.ts';
import type { Cli } from './cli.ts';
import { absolute } from './find.ts';
import { examined, modelImportCommand } from './model-import.ts';
import { modelExportCommand } from './model-export.ts';
import { integer } from './options.ts';
import type { Outcome } from './session.ts';
import { count, table } from './text.ts';

interface InitOptions {
  readonly size: ModelSize;
  readonly classes: '7' | '8';
  readonly seed: number;
  readonly out: string;
  /** False after --no-vich and --no-layer-embedding. */
  readonly vich: boolean;
  readonly layerEmbedding: boolean;
  readonly from?: readonly string[];
  readonly json?: boolean;
}

export function modelCommand(cli: Cli): Command {
  const init = cli
    .command(
      'init',
      'write freshly initialised weights',
      'model init --size paper --classes 7 --seed 1 --out paper.safetensors',
    )
    .addOption(new Option('--size <size>', 'model size').choices(ModelSize.options).makeOptionMandatory())
    .addOption(
      new Option('--classes <n>', 'seven basic expressions, or with contempt').choices(['7', '8']).default('7'),
    )
    .option('--seed <n>', 'seed of the weights', integer(0), 0)
    .requiredOption('--out <file>', 'safetensors file to write')
    .option('--from <files...>', 'checkpoints whose tensors they start from, by name and shape')
    .option('--no-vich', 'a plain classifier head without sigma')
    .option('--no-layer-embedding', 'without layer embedding')
    .action((options: InitOptions) =>
      cli.run(options.json, async (session) => {
        const { size, classes, seed, vich, layerEmbedding } = options;
        const out = absolute(session, options.out);
        const names = classes === '8' ? EXPRESSIONS : SEVEN;
        const info = await session.services.engine.initialise({
          size,
          classes: names,
          vich,
          layerEmbedding,
          seed,
          out,
          from: (options.from ?? []).map((file) => absolute(session, file)),
        });
        return outcome(out, info);
      }),
    );
  const inspect = cli
    .command(
      'inspect',
      'say what a checkpoint of any origin holds, without running anything of it',
      'model inspect ir50.pth',
    )
    .argument('<file>', 'safetensors, .pth, .pt or .pth.tar file')
    .action((file: string, { json }: { json?: boolean }) =>
      cli.run(json, async (session) => {
        const path = absolute(session, file);
        const found = await session.services.models.examine(path);
        // One of our own says all of itself.
        if (found.order !== null) return outcome(path, await session.services.engine.inspect(path));
        return examined(found);
      }),
    );
  return cli
    .group('model', 'make, inspect, import and export checkpoints', 'model inspect paper.safetensors')
    .addCommand(init)
    .addCommand(inspect)
    .addCommand(modelImportCommand(cli))
    .addCommand(modelExportCommand(cli));
}

function outcome(file: string, info: CheckpointInfo): Outcome {
  const { size, classes, vich, layerEmbedding, parameters, tensors, hash } = info;
  return {
    json: { file, ...info },
    text: table(
      ['file', file],
      [
        ['size', size],
        ['classes', classes.join(', ')],
        ['head', vich ? 'VICH (mu and logvar)' : 'plain'],
        ['layer embedding', layerEmbedding ? 'yes' : 'no'],
        ['parameters', count(parameters)],
        ['tensors', count(tensors)],
        ['SHA-256', hash],
      ],
    ),
  };
}
