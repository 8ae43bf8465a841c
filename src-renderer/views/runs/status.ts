/** A run's state in words, the same in every view. */
import type { Run, RunStatus } from '../../../src-shared/domain/run.ts';

const TITLES: Readonly<Record<RunStatus, string>> = {
  queued: 'Queued',
  running: 'Running',
  paused: 'Paused',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
  interrupted: 'Interrupted',
};

export function statusTitle(status: RunStatus): string {
  return TITLES[status];
}

/** "Done", "Imported", "Cancelled, epoch 3", "Failed: out of memory". */
export function statusText(run: Run): string {
  if (run.kind === 'imported') return 'Imported';
  if (run.status === 'failed') return run.error === null ? 'Failed' : `Failed: ${run.error.message}`;
  if (run.status === 'paused' || run.status === 'cancelled' || run.status === 'interrupted')
    return run.epoch > 0 ? `${TITLES[run.status]} after epoch ${run.epoch}` : TITLES[run.status];
  return TITLES[run.status];
}

export function isActive(run: Run): boolean {
  return run.status === 'queued' || run.status === 'running';
}
