import { z } from 'zod';
import {
  Dataset,
  FilesFound,
  ImportCandidate,
  ImportOrder,
  ImportPreview,
  ImportProblem,
  ImportReport,
  ImportRequest,
  InterruptedImport,
} from '../../domain/dataset.ts';
import {
  DuplicateExclusion,
  DuplicateGroup,
  DuplicateReport,
  DuplicateRequest,
  GroupFilter,
} from '../../domain/duplicates.ts';
import { LabelBatch } from '../../domain/label.ts';
import { methods } from '../define.ts';
import { annotatorName, id, nothing } from './common.ts';

export const data = methods({
  'datasets.list': { params: nothing, value: z.array(Dataset) },
  'datasets.remove': { params: z.object({ dataset: id }), value: z.null() },
  /** Whether the files lie where they should, by a sample. */
  'datasets.files': { params: z.object({ dataset: id }), value: FilesFound },
  'datasets.repoint': {
    params: z.object({ dataset: id, folder: z.string().min(1) }),
    value: FilesFound.extend({ job: id.nullable() }),
  },
  /** Looks again at every file, in a job. */
  'datasets.lookAgain': { params: z.object({ dataset: id }), value: z.object({ job: id }) },
  /** Compares the images of a dataset, in a job. */
  'duplicates.find': { params: DuplicateRequest, value: z.object({ job: id }) },
  /** What the last comparison found, counted as things stand now; null where none was made. */
  'duplicates.report': { params: z.object({ dataset: id }), value: DuplicateReport.nullable() },
  /** Its groups: those across splits first, larger ones before smaller ones. */
  'duplicates.groups': {
    params: z.object({
      dataset: id,
      only: GroupFilter,
      offset: z.number().int().min(0),
      limit: z.number().int().min(1).max(200),
    }),
    value: z.object({ total: z.number().int(), groups: z.array(DuplicateGroup) }),
  },
  /** As one act that can be undone. */
  'duplicates.exclude': {
    params: z.object({ dataset: id, exclude: DuplicateExclusion, annotator: annotatorName.optional() }),
    value: LabelBatch,
  },
  'import.detect': { params: z.object({ source: z.string().min(1) }), value: z.array(ImportCandidate) },
  'import.preview': { params: ImportRequest, value: ImportPreview },
  'import.start': {
    params: ImportOrder,
    value: z.object({ job: id }),
  },
  /** What was wrong with single rows, in pages: those after the problem `after`, 0 to begin with. */
  'import.problems': {
    params: z.object({ dataset: id, after: z.number().int().min(0), limit: z.number().int().min(1).max(1_000) }),
    value: z.array(ImportProblem.extend({ id })),
  },
  'import.interrupted': { params: nothing, value: z.array(InterruptedImport) },
  /** Goes on with an import that was cut short. */
  'import.resume': { params: z.object({ dataset: id }), value: z.object({ job: id }) },
  'import.discard': { params: z.object({ dataset: id }), value: z.null() },
  'import.report': { params: z.object({ dataset: id }), value: ImportReport },
});
