import { z } from 'zod';
import { CamMethod } from '../../domain/cam.ts';
import { DeviceChoice } from '../../domain/device.ts';
import { Explanation, Preset, PresetList, Run, RunMetrics, SavePreset, TrainRequest } from '../../domain/run.ts';
import { SealedPassport } from '../../domain/passport.ts';
import { methods } from '../define.ts';
import { id, nothing } from './common.ts';

export const runs = methods({
  'train.presets': { params: nothing, value: PresetList },
  /** Saves settings as a preset of one's own; one of the same name is replaced. */
  'train.savePreset': { params: SavePreset, value: Preset },
  'train.removePreset': { params: z.object({ name: z.string() }), value: z.null() },
  'train.start': { params: TrainRequest, value: z.object({ run: id, job: id }) },
  /** Stops its training between two steps; resume goes on from there. */
  'runs.pause': { params: z.object({ run: id }), value: z.null() },
  'runs.resume': { params: z.object({ run: id }), value: z.object({ run: id, job: id }) },
  /** Runs that were at work or waited when the project was last left, in the order in which they would go on. */
  'runs.left': { params: nothing, value: z.array(id) },
  /** Goes on with all of them; the value names those that were queued. */
  'runs.resumeLeft': { params: nothing, value: z.array(z.object({ run: id, job: id })) },
  'runs.forgetLeft': { params: nothing, value: z.null() },
  /** Stops its training for good, with its checkpoint kept or the whole run removed. */
  'runs.stop': { params: z.object({ run: id, keep: z.boolean() }), value: z.null() },
  'runs.list': { params: nothing, value: z.array(Run) },
  'runs.metrics': { params: z.object({ run: id }), value: RunMetrics },
  /** What it was made of, with the SHA-256 of that; `text` is the file to hand on. */
  'runs.passport': { params: z.object({ run: id }), value: SealedPassport.extend({ text: z.string() }) },
  'runs.rename': { params: z.object({ run: id, name: z.string().min(1).max(120) }), value: z.null() },
  'runs.remove': { params: z.object({ run: id }), value: z.null() },
  'runs.predict': {
    /** `images`: only these of them; `stale`: only those whose prediction by this run is stale. */
    params: z.object({
      run: id,
      dataset: id,
      split: z.string().nullable(),
      device: DeviceChoice,
      images: z.array(id).min(1).max(10_000).optional(),
      stale: z.boolean().optional(),
    }),
    value: z.object({ job: id }),
  },
  /** Computes the features that a dataset still lacks; what is there is kept. */
  'runs.features': { params: z.object({ run: id, dataset: id }), value: z.object({ job: id }) },
  /** `method`: Grad-CAM where it is left out. */
  'runs.explain': { params: z.object({ run: id, image: id, method: CamMethod.optional() }), value: Explanation },
});
