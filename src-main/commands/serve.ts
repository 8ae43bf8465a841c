import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Command } from 'commander';
import { startWebHost } from '../web.ts';
import type { Cli } from './cli.ts';
import { openProject } from './find.ts';
import { integer } from './options.ts';
import type { Session } from './session.ts';

interface ServeOptions {
  readonly project?: string;
  readonly sample?: boolean;
  readonly port?: number;
  readonly open: boolean;
  readonly json?: boolean;
}

const RENDERER = join(import.meta.dirname, '..', '..', 'out', 'renderer');

export function serveCommand(cli: Cli): Command {
  return cli
    .command('serve', 'open the workbench in a browser, from this machine only', 'serve --project study --port 8760')
    .option('--project <dir>', 'project to open first')
    .option('--sample', 'open the sample project first, making it where needed')
    .option('--port <n>', 'port on 127.0.0.1 (default: 8760, or any free one; 0: any free one)', integer(0, 65_535))
    .option('--no-open', 'do not open a browser')
    .action((options: ServeOptions) => cli.withSession('web', (session) => serve(cli, session, options)));
}

/** Serves until Ctrl+C. */
async function serve(cli: Cli, session: Session, options: ServeOptions): Promise<void> {
  const { services, terminal } = session;
  if (options.project !== undefined) await openProject(session, options.project);
  else if (options.sample) await services.sample.open();
  const host = await startWebHost({
    services,
    version: cli.deps.version,
    port: options.port ?? null,
    rendererFolder: RENDERER,
    log: (thrown) =>
      terminal.stderr(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`),
    ...(options.open && { open: openBrowser }),
  });
  const { url } = host;
  terminal.stdout(
    options.json ? `${JSON.stringify({ url })}\n` : `POSTER-Var Workbench: ${url}\nStop it with Ctrl+C.\n`,
  );
  await new Promise<void>((resolve) => {
    if (terminal.interrupted.aborted) resolve();
    terminal.interrupted.addEventListener('abort', () => resolve());
  });
  await host.close();
}

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** A browser that cannot be opened is no failure: the address stands in the terminal. */
function openBrowser(url: string): void {
  const [program = 'xdg-open', ...args] = OPENERS[process.platform] ?? [];
  const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
