/** Runs a command's body: builds the services, prints the outcome or the failure, and closes everything. */
import { Command, CommanderError } from 'commander';
import { toFailure, type Failure } from '../../src-shared/domain/failure.ts';
import type { ComposeOptions, Services } from '../compose.ts';
import { Session, type Outcome } from './session.ts';
import type { Terminal } from './terminal.ts';

export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

export interface CliDeps {
  readonly terminal: Terminal;
  readonly version: string;
  readonly home: string;
  /** Loaded only when a command needs it: `--help` must not wait for a database. */
  readonly compose: (options: ComposeOptions) => Promise<Services>;
}

/** A mistake in how a command was called: exit code 2. */
export class UsageError extends Error {}

export class Cli {
  readonly deps: CliDeps;
  exitCode: number = EXIT.done;

  constructor(deps: CliDeps) {
    this.deps = deps;
  }

  /** A group of commands, or a command without options yet: with an example in its help. */
  group(name: string, description: string, example: string): Command {
    return new Command(name)
      .description(description)
      .addHelpText('after', `\nExample:\n  $ poster-var ${example}`)
      .helpOption('-h, --help', 'show this help');
  }

  command(name: string, description: string, example: string): Command {
    return this.group(name, description, example).option('--json', 'print one JSON object at the end');
  }

  /** The body's outcome goes to standard output. */
  run(json: boolean | undefined, body: (session: Session) => Promise<Outcome>): Promise<void> {
    return this.withSession('cli', async (session) => {
      const { json: object, text } = await body(session);
      this.deps.terminal.stdout(json ? `${JSON.stringify(object)}\n` : `${text}\n`);
    });
  }

  /** `door` is who holds the project meanwhile, told to others that want it. */
  async withSession(door: ComposeOptions['door'], body: (session: Session) => Promise<void>): Promise<void> {
    const { terminal, home, compose } = this.deps;
    const services = await compose({ home, door });
    try {
      await body(new Session(services, terminal));
    } finally {
      await services.close();
    }
  }

  /** Prints what went wrong and remembers the exit code. */
  fail(thrown: unknown, json: boolean): void {
    const { terminal } = this.deps;
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return;
    const usage = usageFailure(thrown);
    this.exitCode = usage === null ? EXIT.failed : EXIT.usage;
    const error = usage ?? toFailure(thrown);
    // A defect's stack is for whoever mends it; on standard error it disturbs nobody's script.
    if (error.kind === 'internal' && thrown instanceof Error) terminal.stderr(`${thrown.stack ?? thrown.message}\n`);
    if (json) terminal.stdout(`${JSON.stringify({ error })}\n`);
    else terminal.stderr(`${error.message}${error.remedy === '' ? '' : `\n${error.remedy}`}\n`);
  }
}

function usageFailure(thrown: unknown): Failure | null {
  if (thrown instanceof CommanderError) {
    const message = thrown.message.replace(/^error: /, '');
    return {
      kind: 'invalid',
      // Without a command, commander's "message" is only a mark of its own.
      message: message === '(outputHelp)' ? 'Which command? They are listed above.' : sentence(message),
      remedy: 'Add --help for what this command takes.',
    };
  }
  if (!(thrown instanceof UsageError)) return null;
  return { kind: 'invalid', message: thrown.message, remedy: 'Add --help for what this command takes.' };
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
