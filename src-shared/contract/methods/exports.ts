import { z } from 'zod';
import { CurveFormat, ExportRequest } from '../../domain/export.ts';
import { methods } from '../define.ts';
import { id } from './common.ts';

export const exports = methods({
  /** Writes labels or predictions to a new file or folder; its job ends when it is whole. */
  'exports.start': { params: ExportRequest, value: z.object({ job: id }) },
  /** What a run measured while it trained, as a file; 'conflict' for one that is too large to be handed over like this. */
  'exports.curves': {
    params: z.object({ run: id, format: CurveFormat }),
    value: z.object({ name: z.string(), bytes: z.instanceof(Uint8Array) }),
  },
});
