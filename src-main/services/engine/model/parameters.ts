/**
 * The parameters and buffers of POSTER-Var: official names, PyTorch shapes, official order (that of the state dict that
 * the authors' code saves). What each is for (`role`) and how it starts (`init`) depends on the configuration only.
 */
import { levelChannels, sizeTable } from './config.ts';
import type { LandmarkStage, ModelConfig, SizeTable } from './config.ts';
import { isFrozenByName } from './freeze.ts';

export type Initialiser =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'normal'; readonly std: number }
  | { readonly kind: 'truncatedNormal'; readonly std: number }
  | { readonly kind: 'relativeIndex'; readonly window: number };

export type ParameterRole = 'trainable' | 'frozen' | 'buffer' | 'unused';

export interface ParameterSpec {
  readonly name: string;
  /** As PyTorch stores it: convolutions OIHW, linear layers [out, in]. */
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int64';
  /** `unused` entries are dead weight of the official checkpoint: kept on export, never read, trained or decayed. */
  readonly role: ParameterRole;
  readonly init: Initialiser;
}

/** Inside `VIT` the official code starts layers differently from PyTorch's defaults: linear weights trunc-normal, biases 0. */
type Style = { readonly kind: 'pytorch' } | { readonly kind: 'vit'; readonly std: number };

const pytorch: Style = { kind: 'pytorch' };
const vitStyle = ({ start, vit }: SizeTable): Style => ({ kind: 'vit', std: start.gain / Math.sqrt(vit.width) });

const count = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** Collects specs under a name prefix and a role. */
class Collector {
  readonly specs: ParameterSpec[];
  readonly #prefix: string;
  readonly #role: ParameterRole;
  readonly #style: Style;

  constructor(specs: ParameterSpec[], prefix: string, role: ParameterRole, style: Style) {
    this.specs = specs;
    this.#prefix = prefix;
    this.#role = role;
    this.#style = style;
  }

  under(name: string): Collector {
    return new Collector(this.specs, `${this.#prefix}${name}.`, this.#role, this.#style);
  }

  as(role: ParameterRole, style: Style = this.#style): Collector {
    return new Collector(this.specs, this.#prefix, role, style);
  }

  add(name: string, shape: readonly number[], init: Initialiser): this {
    this.specs.push({ name: this.#prefix + name, shape, dtype: 'float32', role: this.#role, init });
    return this;
  }

  buffer(name: string, shape: readonly number[], dtype: 'float32' | 'int64', init: Initialiser): this {
    const role = this.#role === 'unused' ? 'unused' : 'buffer';
    this.specs.push({ name: this.#prefix + name, shape, dtype, role, init });
    return this;
  }

  conv(name: string, shape: readonly number[], bias: boolean): this {
    const fanIn = count(shape.slice(1));
    const fanOut = (shape[0] ?? 0) * count(shape.slice(2));
    const vit = this.#style.kind === 'vit';
    const weight: Initialiser = vit ? { kind: 'normal', std: Math.sqrt(2 / fanOut) } : uniform(fanIn);
    this.add(`${name}.weight`, shape, weight);
    return bias ? this.add(`${name}.bias`, [shape[0] ?? 0], vit ? zeros : uniform(fanIn)) : this;
  }

  /** `start`: where the bias starts inside `VIT`. */
  linear(name: string, out: number, into: number, bias = true, start = 0): this {
    const style = this.#style;
    const vit = style.kind === 'vit';
    this.add(`${name}.weight`, [out, into], vit ? { kind: 'truncatedNormal', std: style.std } : uniform(into));
    return bias ? this.add(`${name}.bias`, [out], vit ? { kind: 'constant', value: start } : uniform(into)) : this;
  }

  layerNorm(name: string, channels: number): this {
    return this.add(`${name}.weight`, [channels], ones).add(`${name}.bias`, [channels], zeros);
  }

  batchNorm(name: string, channels: number): this {
    return this.layerNorm(name, channels)
      .buffer(`${name}.running_mean`, [channels], 'float32', zeros)
      .buffer(`${name}.running_var`, [channels], 'float32', ones)
      .buffer(`${name}.num_batches_tracked`, [], 'int64', zeros);
  }

  prelu(name: string, channels: number): this {
    return this.add(`${name}.weight`, [channels], { kind: 'constant', value: 0.25 });
  }
}

const zeros: Initialiser = { kind: 'constant', value: 0 };
const ones: Initialiser = { kind: 'constant', value: 1 };
/** PyTorch's default for convolutions and linear layers: kaiming-uniform with a = sqrt 5, bound 1 / sqrt(fan in). */
const uniform = (fanIn: number): Initialiser => ({ kind: 'uniform', bound: 1 / Math.sqrt(fanIn) });

/** Every parameter and buffer of a configuration, in the official order. */
export function parameterTable(config: ModelConfig): readonly ParameterSpec[] {
  const size = sizeTable(config.size);
  const root = new Collector([], '', 'trainable', pytorch);
  const width = size.vit.width;
  const levels = levelChannels(size);

  root.as(config.layerEmbedding ? 'trainable' : 'unused').add('level_embeds', [levels.length, 1, width], zeros);
  landmarkBackbone(root.under('face_landback'), size);
  visionTransformer(root.under('VIT').as('trainable', vitStyle(size)), size, config);
  ir50(root.under('ir_back'), size);
  size.pyramid.forEach((level, index) => {
    const channels = levels[index] ?? 0;
    const tokens = level.window ** 2;
    root
      .under(`attn${index + 1}`)
      .add('relative_position_bias_table', [(2 * level.window - 1) ** 2, level.heads], truncated)
      .buffer('relative_position_index', [tokens, tokens], 'int64', { kind: 'relativeIndex', window: level.window })
      .linear('qkv', 2 * channels, channels)
      .linear('proj', channels, channels);
  });
  levels.forEach((channels, index) => root.under(`window${index + 1}`).layerNorm('norm', channels));
  levels.forEach((channels, index) => root.conv(`conv${index + 1}`, [channels, channels, 3, 3], true));
  levels.forEach((channels, index) =>
    root
      .under(`ffn${index + 1}`)
      .add('gamma1', [channels], { kind: 'constant', value: size.start.layerScale })
      .add('gamma2', [channels], { kind: 'constant', value: size.start.layerScale })
      .linear('mlp.fc1', 4 * channels, channels)
      .linear('mlp.fc2', channels, 4 * channels)
      .layerNorm('norm', channels),
  );
  root.conv('last_face_conv', [levels[2], size.landmarks.separated, 3, 3], true);
  root.conv('embed_q.0', [width, levels[0], 3, 3], true).conv('embed_q.2', [width, width, 3, 3], true);
  root.conv('embed_k.0', [width, levels[1], 3, 3], true);
  root.conv('embed_v.0', [width, levels[2], 1, 1], true);
  root.layerNorm('fusion_norm', width);
  const specs = size.carriesUnused ? root.specs : root.specs.filter((spec) => spec.role !== 'unused');
  if (config.freeze === undefined || config.freeze.length === 0) return specs;
  return specs.map((spec) =>
    spec.role === 'trainable' && isFrozenByName(config, spec.name) ? { ...spec, role: 'frozen' } : spec,
  );
}

/** The entries that the forward pass reads as numbers: all but dead weight and integer bookkeeping. */
export function usedParameters(config: ModelConfig): readonly ParameterSpec[] {
  return parameterTable(config).filter((spec) => spec.dtype === 'float32' && spec.role !== 'unused');
}

const truncated: Initialiser = { kind: 'truncatedNormal', std: 0.02 };

function landmarkBackbone(root: Collector, size: SizeTable): void {
  const { stem, stages, separated, frozen, regressor } = size.landmarks;
  const net = root.as(frozen ? 'frozen' : 'trainable');
  const block = (at: Collector, channels: number, shape: readonly number[]): Collector =>
    at.conv('conv', shape, false).batchNorm('bn', channels).prelu('prelu', channels);
  const unit = (at: Collector, into: number, out: number, groups: number): void => {
    block(at.under('conv'), groups, [groups, into, 1, 1]);
    block(at.under('conv_dw'), groups, [groups, 1, 3, 3]);
    at.under('project').conv('conv', [out, groups, 1, 1], false).batchNorm('bn', out);
  };
  block(net.under('conv1'), stem, [stem, 3, 3, 3]);
  block(net.under('conv2_dw'), stem, [stem, 1, 3, 3]);
  let channels = stem;
  landmarkStageNames.forEach(([first, rest], index) => {
    const stage: LandmarkStage | undefined = stages[index];
    if (!stage) return;
    unit(net.under(first), channels, stage.channels, stage.groups);
    channels = stage.channels;
    for (let i = 0; i < stage.units; i += 1)
      unit(net.under(`${rest}.model.${i}`), channels, channels, stage.unitGroups);
  });
  block(net.under('conv_6_sep'), separated, [separated, channels, 1, 1]);
  const output = regressor ? net.under('output_layer') : net.as('unused').under('output_layer');
  output.under('conv_6_dw').conv('conv', [separated, 1, 7, 7], false).batchNorm('bn', separated);
  output.linear('linear', 136, separated, false).batchNorm('bn', 136);
}

/** Official names of the landmark stages: the unit that changes the size, then the residual units. */
export const landmarkStageNames = [
  ['conv_23', 'conv_3'],
  ['conv_34', 'conv_4'],
  ['conv_45', 'conv_5'],
] as const;

function ir50(net: Collector, size: SizeTable): void {
  const { stem, bodies } = size.ir;
  net.conv('input_layer.0', [stem, 3, 3, 3], false).batchNorm('input_layer.1', stem).prelu('input_layer.2', stem);
  net
    .as('unused')
    .batchNorm('output_layer.0', 512)
    .linear('output_layer.3', 512, 25088)
    .batchNorm('output_layer.4', 512);
  let channels = stem;
  bodies.forEach((body, index) => {
    for (let i = 0; i < body.units; i += 1) {
      const unit = net.under(`body${index + 1}.${i}`);
      if (channels !== body.channels) {
        unit
          .conv('shortcut_layer.0', [body.channels, channels, 1, 1], false)
          .batchNorm('shortcut_layer.1', body.channels);
      }
      unit
        .batchNorm('res_layer.0', channels)
        .conv('res_layer.1', [body.channels, channels, 3, 3], false)
        .prelu('res_layer.2', body.channels)
        .conv('res_layer.3', [body.channels, body.channels, 3, 3], false)
        .batchNorm('res_layer.4', body.channels);
      channels = body.channels;
    }
  });
}

function visionTransformer(net: Collector, size: SizeTable, config: ModelConfig): void {
  const { width, depth } = size.vit;
  const tokens = 3 * 49 + 1;
  const dead = net.as('unused');
  const inVich = config.vich ? net : dead;
  net.add('cls_token', [1, 1, width], truncated);
  net.add('pos_embed', [1, tokens, width], { kind: 'truncatedNormal', std: size.start.position });
  net.linear('se_block.linear1', width, width).linear('se_block.linear2', width, width);
  dead.conv('patch_embed.proj', [width, 256, 1, 1], true);
  (config.vich ? dead : net).linear('head.linear', config.classes, width);
  inVich.linear('head_vae.fc_mu', config.classes, width);
  inVich.linear('head_vae.fc_logvar', config.classes, width, true, size.start.logvar);
  dead.batchNorm('head_vae.batchnorm', width).layerNorm('head_vae.layernorm', width);
  dead.conv('eca_block.conv', [1, 1, 5], false);
  dead.conv('CON1', [width, 256, 1, 1], false);
  dead.linear('IRLinear1', width, 1024).linear('IRLinear2', 512, width);
  for (let i = 0; i < depth; i += 1) {
    const block = net.under(`blocks.${i}`);
    block.layerNorm('norm1', width);
    block.as('unused').conv('conv', [tokens, tokens, 1], true);
    block.linear('attn.qkv', 3 * width, width).linear('attn.proj', width, width);
    block.layerNorm('norm2', width);
    block.linear('mlp.fc1', 4 * width, width).linear('mlp.fc2', width, 4 * width);
  }
  net.layerNorm('norm', width);
}
