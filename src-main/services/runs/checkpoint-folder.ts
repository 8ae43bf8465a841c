import { join } from 'node:path';

/** Folder of a run's checkpoints, its plan and what else it keeps in files. */
export function checkpointFolder(projectFolder: string, run: number): string {
  return join(projectFolder, 'checkpoints', `run-${run}`);
}
