/** The optimizers that a run can choose from. */
import type { OptimizerName } from '../../../../src-shared/domain/run.ts';
import { adamW } from './adamw.ts';
import type { Optimizer } from './optimizer.ts';
import { sgd } from './sgd.ts';

const OPTIMIZERS: { readonly [N in OptimizerName]: Optimizer } = { adamw: adamW, sgd };

export function optimizerOf(name: OptimizerName): Optimizer {
  return OPTIMIZERS[name];
}
