import { z } from 'zod';
import { LabelBatch } from '../../domain/label.ts';
import { Version, VersionDifference, VersionName } from '../../domain/version.ts';
import { methods } from '../define.ts';
import { annotatorName, id } from './common.ts';

/** Named states of a dataset's labels. */
export const versions = methods({
  'versions.list': { params: z.object({ dataset: id }), value: z.array(Version) },
  'versions.create': {
    params: z.object({ dataset: id, name: VersionName, note: z.string().max(2_000) }),
    value: Version,
  },
  /** `after` null: as it is now. */
  'versions.difference': { params: z.object({ before: id, after: id.nullable() }), value: VersionDifference },
  /** One act of the log, which can be undone; opinions stay. */
  'versions.restore': { params: z.object({ version: id, annotator: annotatorName.optional() }), value: LabelBatch },
  'versions.remove': { params: z.object({ version: id }), value: z.null() },
});
