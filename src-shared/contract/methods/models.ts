import { z } from 'zod';
import { Expression } from '../../domain/expression.ts';
import { Examination, ModelExport, ModelFormat, ModelPrecision, OrderCheck } from '../../domain/model.ts';
import { Run } from '../../domain/run.ts';
import { methods } from '../define.ts';
import { id } from './common.ts';

const path = z.string().min(1);

export const models = methods({
  /** A file of any origin, read without running anything of it. */
  'models.examine': { params: z.object({ path, vich: z.boolean().optional() }), value: Examination },
  /** A smoke test; with a dataset, the accuracy that each known class order would give. */
  'models.check': {
    params: z.object({
      path,
      vich: z.boolean().optional(),
      dataset: id.nullable(),
      split: z.string().nullable(),
    }),
    value: OrderCheck,
  },
  /** The file as a run of its own, ready to predict and explain. */
  'models.import': {
    params: z.object({
      path,
      order: z.array(Expression).min(2),
      vich: z.boolean().optional(),
      name: z.string().max(120).optional(),
    }),
    value: Run,
  },
  'models.export': {
    params: z.object({ run: id, format: ModelFormat, precision: ModelPrecision, out: path }),
    value: z.object({ job: id }),
  },
  'models.bundle': { params: z.object({ run: id, out: path }), value: z.object({ job: id }) },
  /** What was exported of a run, the last first. */
  'models.exports': { params: z.object({ run: id }), value: z.array(ModelExport) },
});
