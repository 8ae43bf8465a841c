import type { z } from 'zod';
import { application } from './application.ts';
import { data } from './data.ts';
import { evaluation } from './evaluation.ts';
import { exports } from './exports.ts';
import { devices } from './devices.ts';
import { images } from './images.ts';
import { jobs } from './jobs.ts';
import { labels } from './labels.ts';
import { queues } from './queues.ts';
import { models } from './models.ts';
import { runs } from './runs.ts';
import { slices } from './slices.ts';
import { suites } from './suites.ts';
import { versions } from './versions.ts';

/** Every method of every door: declared here once, the client's and the server's types are derived. */
export const METHODS = {
  ...application,
  ...data,
  ...exports,
  ...versions,
  ...images,
  ...labels,
  ...queues,
  ...runs,
  ...slices,
  ...suites,
  ...models,
  ...evaluation,
  ...devices,
  ...jobs,
} as const;

export type MethodName = keyof typeof METHODS;
export type Params<M extends MethodName> = z.infer<(typeof METHODS)[M]['params']>;
export type Value<M extends MethodName> = z.infer<(typeof METHODS)[M]['value']>;
