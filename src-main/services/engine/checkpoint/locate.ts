/** Where in a file the official names begin: after "module.", "state_dict.", or inside one of the backbones. */
import type { Examination } from '../../../../src-shared/domain/model.ts';
import type { ParameterSpec } from '../model/parameters.ts';
import type { SafetensorsHeader, TensorEntry } from './safetensors.ts';

export interface Located {
  readonly part: Examination['part'];
  readonly prefix: string;
  readonly table: readonly ParameterSpec[];
  /** By official name. */
  readonly entries: ReadonlyMap<string, TensorEntry>;
}

/** What official names a file's names may be an end of: the network's, or those inside a backbone. */
const PARTS = [
  ['model', ''],
  ['ir_back', 'ir_back.'],
  ['face_landback', 'face_landback.'],
] as const;

/** Fewer are chance: every network has a "weight". */
const FEWEST = 4;

/**
 * Each tensor votes for the prefixes that make an official name of its own; the prefix with the most of them wins.
 * @param tables of every size.
 */
export function locate(header: SafetensorsHeader, tables: readonly (readonly ParameterSpec[])[]): Located {
  let best: Located = { part: 'none', prefix: '', table: tables[0] ?? [], entries: new Map() };
  let most = FEWEST - 1;
  for (const table of tables) {
    const shapes = new Map(table.map(({ name, shape }) => [name, shape]));
    for (const [part, target] of PARTS) {
      const votes = new Map<string, number>();
      for (const { name, shape } of header.tensors) {
        for (const prefix of prefixesOf(name)) {
          const official = shapes.get(target + name.slice(prefix.length));
          // A name of the right shape counts twice: the sizes of the model share their names.
          if (official) votes.set(prefix, (votes.get(prefix) ?? 0) + (official.join() === shape.join() ? 2 : 1));
        }
      }
      for (const [prefix, count] of votes) {
        if (count <= most) continue;
        most = count;
        best = { part, prefix, table, entries: new Map() };
      }
    }
  }
  if (best.part === 'none') return best;
  const target = best.part === 'model' ? '' : `${best.part}.`;
  const names = new Set(best.table.map(({ name }) => name));
  const entries = new Map<string, TensorEntry>();
  for (const entry of header.tensors) {
    const official = target + entry.name.slice(best.prefix.length);
    if (entry.name.startsWith(best.prefix) && names.has(official)) entries.set(official, entry);
  }
  return { ...best, entries };
}

/** "", "a.", "a.b." … of "a.b.c". */
function prefixesOf(name: string): string[] {
  const prefixes = [''];
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) prefixes.push(name.slice(0, dot + 1));
  return prefixes;
}
