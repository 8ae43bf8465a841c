import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import type { Outcome, Session } from './session.ts';
import { table } from './text.ts';

export function devicesCommand(cli: Cli): Command {
  return cli
    .command('devices', 'list where models can run on this machine', 'devices')
    .action(({ json }: { json?: boolean }) => cli.run(json, devices));
}

async function devices({ services }: Session): Promise<Outcome> {
  const found = await services.engine.devices();
  const rows = found.map(({ id, name, memoryBytes, driver, runtime, available, reason }) => [
    id,
    name,
    memoryBytes === null ? '' : `${(memoryBytes / 1024 ** 3).toFixed(1)} GiB`,
    driver ?? '',
    runtime,
    available ? 'ready' : (reason ?? 'not available'),
  ]);
  return { json: { devices: found }, text: table(['device', 'name', 'memory', 'driver', 'runtime', 'state'], rows) };
}
