/**
 * A file from elsewhere against the official parameter table: which tensors are the model's, under what prefix, and which
 * POSTER-Var they make. The same for a whole network and for its pre-trained backbones.
 */
import { EXPRESSIONS } from '../../../../src-shared/domain/expression.ts';
import type { Examination } from '../../../../src-shared/domain/model.ts';
import { ModelSize } from '../../../../src-shared/domain/run.ts';
import type { ModelConfig } from '../model/config.ts';
import { parameterTable } from '../model/parameters.ts';
import type { ParameterSpec } from '../model/parameters.ts';
import { locate } from './locate.ts';
import type { Located } from './locate.ts';
import { ownMeta } from './metadata.ts';
import type { SafetensorsHeader, TensorEntry } from './safetensors.ts';
import { convertible } from './tensors.ts';
import type { TensorFile } from './tensors.ts';

export type Matching = Pick<
  Examination,
  | 'tensors'
  | 'part'
  | 'size'
  | 'prefix'
  | 'model'
  | 'matched'
  | 'missing'
  | 'unexpected'
  | 'misshapen'
  | 'obstacles'
  | 'warnings'
>;

/** Names kept in a list; a foreign file can differ in hundreds. */
const LISTED = 200;

/** POSTER++ has no such layer: it starts as what it is at initialisation. */
const OF_LATER_MODELS = /^(fusion_norm\.|level_embeds$)/;

/** A table with everything: tensors of any variant are found by their names in it. */
export function widestTable(size: ModelSize): readonly ParameterSpec[] {
  return parameterTable({
    size,
    classes: EXPRESSIONS.length,
    vich: true,
    layerEmbedding: true,
    frozenBackboneBatchNorm: 'batch',
  });
}

/** @param wanted what the owner knows better than the file: which of two heads was trained. */
export function examine(file: TensorFile, wanted: { readonly vich?: boolean } = {}): Matching {
  const { header } = file;
  const tables = ModelSize.options.map(widestTable);
  const located = locate(header, tables);
  const tensors = header.tensors.length;
  const size = located.part === 'none' ? null : (ModelSize.options[tables.indexOf(located.table)] ?? null);
  if (located.part !== 'model') return backbone(located, size, header);
  const found = located.entries;
  const model = describe(file, found, wanted);
  if (model === null) {
    return {
      ...nothing(located, size, tensors),
      obstacles: ['It has no head of this network: VIT.head_vae or VIT.head.linear.'],
    };
  }
  const table = parameterTable(configOf(model));
  const { matched, misshapen } = compare(table, found);
  const names = new Set(table.map(({ name }) => name));
  const missing = table.filter(({ name }) => !found.has(name));
  const needed = missing.filter(
    ({ name, role }) => role !== 'unused' && !OF_LATER_MODELS.test(name) && !isCounter(name),
  );
  const unexpected = header.tensors.map(({ name }) => name).filter((name) => !isOfficial(name, names));
  return {
    tensors,
    part: 'model',
    size: model.size,
    prefix: located.prefix,
    model,
    matched: matched.length,
    missing: missing.map(({ name }) => name).slice(0, LISTED),
    unexpected: unexpected.slice(0, LISTED),
    misshapen: misshapen.slice(0, LISTED),
    obstacles: [
      ...(needed.length > 0
        ? [`${needed.length} tensors that the network reads are missing, ${needed[0]?.name ?? ''} among them.`]
        : []),
      ...(misshapen.length > 0 ? [`${misshapen.length} tensors have another shape or element type.`] : []),
    ],
    warnings: warningsOf(model, missing),
  };
}

/** Under whatever prefix: the same weights may stand in a file twice, as `model` and as `state_dict`. */
function isOfficial(name: string, names: ReadonlySet<string>): boolean {
  for (let from = 0; from >= 0; from = name.indexOf('.', from) + 1 || -1) if (names.has(name.slice(from))) return true;
  return false;
}

export function configOf({ size, classes, vich, layerEmbedding }: NonNullable<Examination['model']>): ModelConfig {
  return { size, classes, vich, layerEmbedding, frozenBackboneBatchNorm: 'batch' };
}

function nothing({ prefix, part }: Located, size: ModelSize | null, tensors: number): Matching {
  return {
    tensors,
    part,
    size,
    prefix,
    model: null,
    matched: 0,
    missing: [],
    unexpected: [],
    misshapen: [],
    obstacles: [],
    warnings: [],
  };
}

function backbone(located: Located, size: ModelSize | null, { tensors }: SafetensorsHeader): Matching {
  const found = located.entries;
  const target = `${located.part}.`;
  const table = located.table.filter(({ name }) => name.startsWith(target));
  const { matched, misshapen } = compare(table, found);
  const missing = table.filter(({ name }) => !found.has(name)).map(({ name }) => name);
  const unexpected = tensors
    .map(({ name }) => name)
    .filter((name) => !name.startsWith(located.prefix) || !found.has(target + name.slice(located.prefix.length)));
  const none = located.part === 'none';
  return {
    ...nothing(located, size, tensors.length),
    matched: none ? 0 : matched.length,
    missing: none ? [] : missing.slice(0, LISTED),
    unexpected: unexpected.slice(0, LISTED),
    misshapen: none ? [] : misshapen.slice(0, LISTED),
    obstacles: [
      none
        ? 'Not one of its tensors has a name of POSTER-Var, IR50 or MobileFaceNet.'
        : `It is a backbone (${located.part === 'ir_back' ? 'IR50' : 'MobileFaceNet'}) and no whole network: give it to training as initial weights.`,
    ],
  };
}

interface Compared {
  readonly matched: readonly ParameterSpec[];
  readonly misshapen: readonly string[];
}

/** By name, shape and element type, as the official loader does. */
export function compare(table: readonly ParameterSpec[], found: ReadonlyMap<string, TensorEntry>): Compared {
  const matched: ParameterSpec[] = [];
  const misshapen: string[] = [];
  for (const spec of table) {
    const entry = found.get(spec.name);
    if (entry === undefined) continue;
    if (entry.shape.join() !== spec.shape.join()) {
      misshapen.push(`${spec.name} [${entry.shape.join(', ')}] instead of [${spec.shape.join(', ')}]`);
    } else if (!convertible(entry, spec.dtype)) misshapen.push(`${spec.name} of type ${entry.dtype}`);
    else matched.push(spec);
  }
  return { matched, misshapen };
}

const isCounter = (name: string): boolean => /\.(num_batches_tracked|relative_position_index)$/.test(name);

function describe(
  file: TensorFile,
  found: ReadonlyMap<string, TensorEntry>,
  { vich: wanted }: { readonly vich?: boolean },
): Examination['model'] {
  const variational = found.get('VIT.head_vae.fc_mu.weight');
  const linear = found.get('VIT.head.linear.weight');
  const width = found.get('VIT.cls_token')?.shape.at(-1) ?? variational?.shape[1] ?? linear?.shape[1];
  const bothHeads = variational !== undefined && linear !== undefined;
  const own = ownMeta(file.header.metadata)?.config;
  const vich = bothHeads ? (wanted ?? own?.vich ?? true) : variational !== undefined;
  const classes = (vich ? variational : linear)?.shape[0];
  if (classes === undefined || (classes !== 7 && classes !== 8)) return null;
  const embeds = found.get('level_embeds');
  // Untrained, the embedding is zero: the same network without it.
  const zero = (entry: TensorEntry): boolean => !file.read(entry, 'float32').data.some((value) => Number(value) !== 0);
  const layerEmbedding = embeds !== undefined && convertible(embeds, 'float32') && !zero(embeds);
  const size = width === 96 ? 'tiny' : 'paper';
  // A file of ours says whether the embedding was used: numbers stand in it also where it was not.
  const told = own?.size === size && own.classes === classes ? own : null;
  return { size, classes, vich, bothHeads, layerEmbedding: told?.layerEmbedding ?? layerEmbedding };
}

function warningsOf(model: NonNullable<Examination['model']>, missing: readonly ParameterSpec[]): string[] {
  const warnings: string[] = [];
  if (missing.some(({ name }) => name.startsWith('fusion_norm.'))) {
    warnings.push(
      'It has no fusion_norm, as POSTER++ has none: that layer starts untrained and changes the numbers. Check the accuracy, and train it further.',
    );
  }
  if (model.bothHeads) {
    warnings.push(`It holds both heads; the ${model.vich ? 'variational' : 'linear'} one is taken.`);
  }
  const dead = missing.filter(({ role }) => role === 'unused').length;
  if (dead > 0) warnings.push(`${dead} tensors that no forward pass reads are missing; they start fresh.`);
  return warnings;
}
