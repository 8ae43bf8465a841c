import { Option, type Command } from 'commander';
import { TensorflowSource, type TensorflowStatus } from '../../src-shared/domain/device.ts';
import type { Cli } from './cli.ts';
import type { Outcome, Session } from './session.ts';

interface InstallOptions {
  readonly cuda: boolean;
  readonly from?: TensorflowSource;
  readonly json?: boolean;
}

export function tensorflowCommand(cli: Cli): Command {
  const install = cli
    .command('install', 'get TensorFlow’s own kernels, as a device to train and predict on', 'tensorflow install')
    .option('--cuda', 'with kernels for NVIDIA graphics cards', false)
    .addOption(
      new Option(
        '--from <source>',
        'wheel: built against a current Python wheel’s library (64-bit Linux; needs g++ and python3 with pip); package: the older library that the npm package brings',
      ).choices(TensorflowSource.options),
    )
    .action((options: InstallOptions) => cli.run(options.json, (session) => installed(session, options)));
  const status = cli
    .command('status', 'say whether TensorFlow is installed, and whether it can be', 'tensorflow status')
    .action(({ json }: { json?: boolean }) =>
      cli.run(json, async ({ services }) => outcome(await services.tensorflow.status())),
    );
  const remove = cli
    .command('remove', 'delete the installed TensorFlow', 'tensorflow remove')
    .action(({ json }: { json?: boolean }) =>
      cli.run(json, async ({ services }) => outcome(await services.tensorflow.remove())),
    );
  return cli
    .group('tensorflow', 'install TensorFlow’s own kernels, an optional device', 'tensorflow install')
    .addCommand(install)
    .addCommand(status)
    .addCommand(remove);
}

async function installed({ services, terminal, progress }: Session, options: InstallOptions): Promise<Outcome> {
  const { cuda, from: source } = options;
  let last = '';
  const show = (done: number, text: string): void => {
    // Each part is told when it begins; how far it is, as often as the terminal bears.
    const part = text.replace(/:.*/, '');
    if (part !== last && !terminal.isInteractive) progress.note(part);
    last = part;
    progress.show({ title: 'Install TensorFlow', done, total: 100, unit: '%', rate: null, etaSeconds: null, text });
  };
  try {
    const request = { cuda, ...(source !== undefined && { source }) };
    return outcome(await services.tensorflow.install(request, show, terminal.interrupted));
  } finally {
    progress.clear();
  }
}

function outcome(status: TensorflowStatus): Outcome {
  const { installed, obstacle, folder } = status;
  if (installed) {
    const { version, cuda, source } = installed;
    const kind = `${cuda ? 'with CUDA, ' : ''}${source === 'wheel' ? 'from a Python wheel' : 'from the npm package'}`;
    return { json: { ...status }, text: `TensorFlow ${version} is installed (${kind}) in ${folder}` };
  }
  const next = obstacle
    ? `It cannot be installed: ${obstacle.message} ${obstacle.remedy}`
    : 'It can be installed here.';
  return { json: { ...status }, text: `TensorFlow is not installed. ${next}` };
}
