import { z } from 'zod';
import { Job } from '../domain/job.ts';
import { Project } from '../domain/project.ts';
import { EpochMetrics, Run } from '../domain/run.ts';

const id = z.number().int();

/** Every event that the services send to all their clients. */
export const EVENTS = {
  'project.changed': z.object({ project: Project.nullable() }),
  'versions.changed': z.object({ dataset: id }),
  'slices.changed': z.object({ dataset: id }),
  'datasets.changed': z.object({ dataset: id }),
  /**
   * Images whose label, flag, note or status changed; null: too many to name, ask again. `annotator`: who did it, and whose undo and
   * redo the two others tell about.
   */
  'labels.changed': z.object({
    images: z.array(id).max(1_000).nullable(),
    annotator: z.string(),
    canUndo: z.boolean(),
    canRedo: z.boolean(),
  }),
  'job.changed': z.object({ job: Job }),
  'run.changed': z.object({ run: Run }),
  'run.removed': z.object({ run: id }),
  /** Loss of the steps since the last such event, at most a few times a second, and the work they took so far, pauses excluded. */
  'run.steps': z.object({ run: id, first: id, loss: z.instanceof(Float32Array), processSeconds: z.number() }),
  'run.epoch': z.object({ run: id, metrics: EpochMetrics }),
  'suites.changed': z.object({ suite: id }),
  'trials.changed': z.object({}),
  'predictions.changed': z.object({ run: id, dataset: id }),
} as const;

export type EventName = keyof typeof EVENTS;
export type EventPayload<E extends EventName> = z.infer<(typeof EVENTS)[E]>;
/** An event as it travels. */
export type EventMessage = { [E in EventName]: { readonly event: E; readonly payload: EventPayload<E> } }[EventName];
