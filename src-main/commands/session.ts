/** What the body of a command is given: the services, and how to wait for a job. */
import { FailureError } from '../../src-shared/domain/failure.ts';
import type { Job } from '../../src-shared/domain/job.ts';
import type { Services } from '../compose.ts';
import { Progress } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** A command's result: the one JSON object of --json, and the same for people. */
export interface Outcome {
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export function cancelled(): FailureError {
  return new FailureError({ kind: 'cancelled', message: 'Cancelled.', remedy: '' });
}

export class Session {
  readonly services: Services;
  readonly terminal: Terminal;
  readonly progress: Progress;

  constructor(services: Services, terminal: Terminal) {
    this.services = services;
    this.terminal = terminal;
    this.progress = new Progress(terminal);
  }

  /**
   * Shows a job's progress until it has ended; Ctrl+C cancels it.
   * @throws FailureError of the job, 'cancelled' after Ctrl+C.
   */
  async follow(id: number): Promise<Job> {
    const { jobs } = this.services.workspace.require();
    const { interrupted } = this.terminal;
    const cancel = (): void => {
      this.progress.note('Cancelling …');
      jobs.cancel(id);
    };
    const unsubscribe = this.services.events.subscribe((message) => {
      if (message.event !== 'job.changed' || message.payload.job.id !== id) return;
      if (message.payload.job.status === 'running' && !interrupted.aborted) this.progress.show(message.payload.job);
    });
    interrupted.addEventListener('abort', cancel);
    try {
      if (interrupted.aborted) cancel();
      const job = await jobs.finished(id);
      if (job.status === 'done') return job;
      if (job.error !== null) throw new FailureError(job.error);
      throw cancelled();
    } finally {
      interrupted.removeEventListener('abort', cancel);
      unsubscribe();
      this.progress.clear();
    }
  }
}
