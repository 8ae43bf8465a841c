import { z } from 'zod';
import { SavedSlice, SliceName } from '../../domain/saved-slice.ts';
import { methods } from '../define.ts';
import { id } from './common.ts';

/** Queries with a name. */
export const slices = methods({
  'slices.list': { params: z.object({ dataset: id }), value: z.array(SavedSlice) },
  'slices.save': {
    params: SavedSlice.omit({ id: true }).extend({ name: SliceName, q: z.string().max(2_000) }),
    value: SavedSlice,
  },
  'slices.rename': { params: z.object({ slice: id, name: SliceName }), value: z.null() },
  'slices.remove': { params: z.object({ slice: id }), value: z.null() },
});
