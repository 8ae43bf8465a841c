import { z } from 'zod';
import { Job } from '../../domain/job.ts';
import { methods } from '../define.ts';
import { id, nothing } from './common.ts';

export const jobs = methods({
  'jobs.list': { params: nothing, value: z.array(Job) },
  'jobs.cancel': { params: z.object({ job: id }), value: z.null() },
});
