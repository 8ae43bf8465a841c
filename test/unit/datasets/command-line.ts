import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../../src-main/commands/program.ts';
import { composeServices } from '../../../src-main/compose.ts';
import type { ImageDetail } from '../../../src-shared/domain/image.ts';
import { FakeTerminal } from '../commands/terminal.ts';

/** The command line over an application home of its own, in a temporary folder that holds sources and projects. */
export class CommandLine {
  readonly folder = mkdtempSync(join(tmpdir(), 'poster-var-command-line-'));

  /** Runs a command with --json. */
  async run(...args: string[]): Promise<{ code: number; json: Record<string, unknown> }> {
    const terminal = new FakeTerminal({ cwd: this.folder });
    const compose = (options: Parameters<typeof composeServices>[0]) => Promise.resolve(composeServices(options));
    const home = join(this.folder, 'home');
    const code = await runCommandLine([...args, '--json'], { terminal, version: '1', home, compose });
    return { code, json: JSON.parse(terminal.out) as Record<string, unknown> };
  }

  /** Where a source of this name lies. */
  source(name: string): string {
    return join(this.folder, 'sources', name);
  }

  /** Images of a project's newest dataset. */
  async detailsIn(project: string): Promise<ImageDetail[]> {
    const services = composeServices({ home: join(this.folder, 'home'), door: 'cli' });
    try {
      await services.workspace.open(join(this.folder, project));
      const { images, datasets } = services.workspace.require().store;
      const dataset = datasets.list().at(-1)?.id ?? 0;
      const ids = images.ids({ dataset, run: null, q: '', sort: 'id', descending: false });
      return [...ids].flatMap((id) => images.detail(id, null) ?? []);
    } finally {
      await services.close();
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
