/** Which parameters a training leaves as they are, and whose batch norms then keep their statistics. */
import { sizeTable } from './config.ts';
import type { ModelConfig } from './config.ts';

/** "ir_back" and "ir_back.*" mean everything in that module; a `*` stands for any characters. */
function matches(pattern: string, name: string): boolean {
  const literal = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}(\\..*)?$`).test(name);
}

/** Whether one of the configuration's patterns names this parameter. */
export function isFrozenByName({ freeze = [] }: Pick<ModelConfig, 'freeze'>, name: string): boolean {
  return freeze.some((pattern) => matches(pattern, name));
}

/** The patterns that name none of `names`. */
export function idlePatterns(freeze: readonly string[], names: readonly string[]): string[] {
  return freeze.filter((pattern) => !names.some((name) => matches(pattern, name)));
}

/** Whether the batch norm called `name` keeps its running statistics, and normalises with them, while the rest trains. */
export function keepsStatistics(config: ModelConfig, name: string): boolean {
  if (config.frozenBackboneBatchNorm === 'batch') return false;
  const { frozen } = sizeTable(config.size).landmarks;
  return (frozen && name.startsWith('face_landback.')) || isFrozenByName(config, `${name}.weight`);
}
