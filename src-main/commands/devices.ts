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
  const found = await services.runs.devices();
  const rows = found.map(({ id, name, available, reason }) => [
    id,
    name,
    available ? 'ready' : (reason ?? 'not available'),
  ]);
  return { json: { devices: found }, text: table(['device', 'name', 'state'], rows) };
}
