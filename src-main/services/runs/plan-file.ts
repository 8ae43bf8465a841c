/**
 * What a run learns from, written down when it starts: a run that is resumed sees the same images with the same labels, whatever
 * was relabelled or left out meanwhile.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { TrainingImage, TrainingPlan } from '../engine/interface.ts';
import { replaceFile } from '../engine/checkpoint/durable.ts';
import type { Store } from '../store/interface.ts';

const PlannedImage = z.object({
  id: z.number().int(),
  label: z.number().int(),
  target: z.array(z.number()).optional(),
  certainty: z.number().optional(),
});
const PlanFile = z.object({
  format: z.literal('poster-var-plan/1'),
  train: z.array(PlannedImage),
  val: z.array(PlannedImage),
  /** Checkpoints that its weights began from. */
  initialWeights: z.array(z.string()).optional(),
});

type Start = Pick<TrainingPlan, 'train' | 'val' | 'initialWeights'>;

const NAME = 'plan.json';

/** @throws FailureError 'disk-full' or 'unavailable'. */
export function writePlan(folder: string, { train, val, initialWeights }: Start): void {
  const facts = (images: readonly TrainingImage[]) =>
    images.map(({ id, label, target, certainty }) => ({ id, label, target, certainty }));
  mkdirSync(folder, { recursive: true });
  const plan = { format: 'poster-var-plan/1', train: facts(train), val: facts(val), initialWeights };
  const text = JSON.stringify(plan);
  replaceFile(join(folder, NAME), [new TextEncoder().encode(text)]);
}

/**
 * The images of a run's start, where they lie now, and the weights that it began from.
 * @throws FailureError 'not-found' where the plan or one of its images is no more.
 */
export function readPlan(folder: string, store: Store, dataset: number): Start {
  let text: string;
  try {
    text = readFileSync(join(folder, NAME), 'utf8');
  } catch {
    throw gone('The list of images that this run learns from is no more.');
  }
  const plan = PlanFile.parse(JSON.parse(text));
  const known = new Map(store.images.files(dataset, null).map((image) => [image.id, image]));
  const found = (images: z.infer<typeof PlanFile>['train']): TrainingImage[] =>
    images.map(({ id, label, target, certainty }) => {
      // Left out since: it still belongs to this run.
      const image = known.get(id) ?? store.images.file(id);
      if (image === null) throw gone(`The image ${id} that this run learns from is no longer in the project.`);
      return {
        ...{ id, file: image.file, box: image.box, label },
        ...(target && { target }),
        ...(certainty !== undefined && { certainty }),
      };
    });
  const { initialWeights } = plan;
  return { train: found(plan.train), val: found(plan.val), ...(initialWeights && { initialWeights }) };
}

function gone(message: string): FailureError {
  return new FailureError({ kind: 'not-found', message, remedy: 'Train a new run with the same settings.' });
}
