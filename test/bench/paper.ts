/** The model, weights and inputs that the engine's rows measure: `paper`, with the golden runs' numbers. */
import type { ModelConfig } from '../../src-main/services/engine/model/config.ts';
import type { Weights } from '../../src-main/services/engine/model/initialise.ts';
import { IMAGE_SIZE } from '../../src-main/services/engine/runtime/graphs.ts';
import type { StepBatch } from '../../src-main/services/engine/runtime/trainer.ts';
import type { StepNoise } from '../../src-main/services/engine/train/noise.ts';
import type { Hyper } from '../../src-main/services/engine/train/optimizer.ts';
import { goldenInput, goldenWeights } from '../parity/golden.ts';

export const paper: ModelConfig = {
  size: 'paper',
  classes: 7,
  vich: true,
  layerEmbedding: true,
  frozenBackboneBatchNorm: 'batch',
};

export const paperWeights = (): Weights => goldenWeights(paper);

export const images = (batch: number): Float32Array => goldenInput('input', batch * IMAGE_SIZE, 2);

/** One batch of a training step, its noise and its hyperparameters, as the peer has them. */
export function stepInput(batch: number): [StepBatch, StepNoise, Hyper] {
  const targets = new Float32Array(batch * paper.classes);
  for (let row = 0; row < batch; row += 1) targets[row * paper.classes + (row % paper.classes)] = 1;
  const noise = { eps: goldenInput('eps', batch * paper.classes, 1.7), dropPath: new Float32Array(batch * 4).fill(1) };
  return [{ images: images(batch), targets }, noise, { lr: 1e-5, weightDecay: 1e-4, lambda: 1e-3 }];
}
