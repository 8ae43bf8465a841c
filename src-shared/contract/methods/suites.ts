import { z } from 'zod';
import { AugmentedVersions, AugmentRequest } from '../../domain/run.ts';
import { Suite, SuiteRequest } from '../../domain/suite.ts';
import { Trial, TrialRequest } from '../../domain/trial.ts';
import { methods } from '../define.ts';
import { id, nothing } from './common.ts';

export const suites = methods({
  'suites.list': { params: nothing, value: z.array(Suite) },
  /** Queues every variant with every seed. */
  'suites.start': { params: SuiteRequest, value: Suite },
  /** Goes on with what is unfinished. */
  'suites.resume': { params: z.object({ suite: id }), value: z.object({ queued: z.number().int() }) },
  'suites.stop': { params: z.object({ suite: id }), value: z.null() },
  /** Forgets the table; its runs stay. */
  'suites.remove': { params: z.object({ suite: id }), value: z.null() },
  /** Versions of an image that training could see. */
  'trials.augmented': { params: AugmentRequest, value: AugmentedVersions },
  'trials.list': { params: nothing, value: z.array(Trial) },
  /** What it found stands in the list when its job is done. */
  'trials.start': { params: TrialRequest, value: z.object({ job: id }) },
});
