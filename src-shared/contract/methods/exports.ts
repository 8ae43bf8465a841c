import { z } from 'zod';
import { ExportRequest } from '../../domain/export.ts';
import { methods } from '../define.ts';
import { id } from './common.ts';

export const exports = methods({
  /** Writes labels or predictions to a new file or folder; its job ends when it is whole. */
  'exports.start': { params: ExportRequest, value: z.object({ job: id }) },
});
