import { z } from 'zod';
import {
  Dataset,
  ImportCandidate,
  ImportPreview,
  ImportReport,
  ImportRequest,
  SplitPlan,
} from '../../domain/dataset.ts';
import { methods } from '../define.ts';
import { id, nothing } from './common.ts';

export const data = methods({
  'datasets.list': { params: nothing, value: z.array(Dataset) },
  'datasets.remove': { params: z.object({ dataset: id }), value: z.null() },
  'import.detect': { params: z.object({ source: z.string().min(1) }), value: z.array(ImportCandidate) },
  'import.preview': { params: ImportRequest, value: ImportPreview },
  'import.start': {
    params: ImportRequest.extend({ name: z.string().min(1).max(120), split: SplitPlan.optional() }),
    value: z.object({ job: id }),
  },
  'import.report': { params: z.object({ dataset: id }), value: ImportReport },
});
