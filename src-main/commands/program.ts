import { Command } from 'commander';
import { Cli, type CliDeps } from './cli.ts';
import { ablateCommand } from './ablate.ts';
import { compareCommand } from './compare.ts';
import { bundleCommand } from './bundle.ts';
import { datasetCommand } from './dataset.ts';
import { devicesCommand } from './devices.ts';
import { evaluateCommand } from './evaluate.ts';
import { explainCommand } from './explain.ts';
import { figureCommand } from './figure.ts';
import { exportCommand } from './export.ts';
import { historyCommand } from './history.ts';
import { importCommand } from './import.ts';
import { labelCommand } from './label.ts';
import { mergeCommand } from './merge.ts';
import { modelCommand } from './model.ts';
import { passportCommand } from './passport.ts';
import { predictCommand } from './predict.ts';
import { presetCommand } from './preset.ts';
import { serveCommand } from './serve.ts';
import type { Terminal } from './terminal.ts';
import { tensorflowCommand } from './tensorflow.ts';
import { trainCommand } from './train.ts';
import { batchSizeCommand, rateRangeCommand } from './trial.ts';
import { versionCommand } from './version.ts';

const COMMANDS = [
  importCommand,
  datasetCommand,
  trainCommand,
  presetCommand,
  ablateCommand,
  rateRangeCommand,
  batchSizeCommand,
  predictCommand,
  evaluateCommand,
  compareCommand,
  passportCommand,
  explainCommand,
  figureCommand,
  labelCommand,
  historyCommand,
  exportCommand,
  versionCommand,
  mergeCommand,
  modelCommand,
  bundleCommand,
  serveCommand,
  devicesCommand,
  tensorflowCommand,
];

/** Errors come back as exceptions and all text goes through the terminal, in every command of the tree. */
function tame(command: Command, terminal: Terminal): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => terminal.stdout(text),
    writeErr: (text) => terminal.stderr(text),
    // Told by `Cli.fail`, in the shape that was asked for.
    outputError: () => undefined,
  });
  for (const child of command.commands) tame(child, terminal);
}

/** Runs one command line, without the program's own name, and resolves to its exit code: 0, 1 (failed) or 2 (usage). */
export async function runCommandLine(args: readonly string[], deps: CliDeps): Promise<number> {
  const cli = new Cli(deps);
  const program = new Command('poster-var')
    .description('POSTER-Var Workbench: facial expressions with uncertainty, from the command line.')
    .version(deps.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    // An option after a command is that command's: `export --version NAME` asks for no version of the program.
    .enablePositionalOptions()
    .addHelpText('after', '\nExample:\n  $ poster-var import photos --project study --split 0.8,0.2\n');
  for (const command of COMMANDS) program.addCommand(command(cli));
  tame(program, deps.terminal);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (thrown) {
    cli.fail(thrown, args.includes('--json'));
  }
  return cli.exitCode;
}
