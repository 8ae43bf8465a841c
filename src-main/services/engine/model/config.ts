/** What distinguishes one POSTER-Var from another: its size, its classes and the paper's ablation switches. */

import type { ModelSize } from '../../../../src-shared/domain/run.ts';

export interface ModelConfig {
  readonly size: ModelSize;
  /** 7 basic expressions, or 8 with contempt. */
  readonly classes: number;
  /** Variational-inference classification head (mu and logvar); off: one plain linear layer. */
  readonly vich: boolean;
  /** A learnable vector per pyramid level, added to that level's tokens. */
  readonly layerEmbedding: boolean;
  /** Statistics that frozen parts, such as the landmark backbone, normalise with while the rest trains; `batch` is the official code. */
  readonly frozenBackboneBatchNorm: 'batch' | 'eval';
  /** Of a training: names of parameters that it leaves as they are, with `*` for any characters (`freeze.ts`). */
  readonly freeze?: readonly string[];
}

/** One of IR50's three bodies: bottleneck units, the first of which halves the map. */
export interface BodySize {
  readonly units: number;
  readonly channels: number;
}

export interface SizeTable {
  /** The backbones look at every n-th pixel of the 224 input (2 in the paper: nothing under 112x112 exists). */
  readonly sampleStep: number;
  readonly landmarks: {
    /** Frozen: no gradient and no optimizer; for `tiny` no pretrained file exists, so the branch learns with the rest. */
    readonly frozen: boolean;
    /** Whether the 68-point regressor stands in the network; untrained numbers would not be landmarks. */
    readonly regressor: boolean;
    readonly stem: number;
    /** Channels, expansion (`groups`), residual units and stride of the three stages. */
    readonly stages: readonly [LandmarkStage, LandmarkStage, LandmarkStage];
    /** Channels of the last 1x1 block. */
    readonly separated: number;
  };
  readonly ir: { readonly stem: number; readonly bodies: readonly [BodySize, BodySize, BodySize] };
  /** The three levels, fine to coarse: stride of conv1..3, window (= map) side, attention heads, drop-path rate. */
  readonly pyramid: readonly [PyramidLevel, PyramidLevel, PyramidLevel];
  /** Strides that bring each level to the 7x7 grid of tokens: embed_q (two), embed_k. */
  readonly embedStrides: { readonly q: readonly [number, number]; readonly k: number };
  readonly vit: { readonly width: number; readonly depth: number; readonly heads: number };
  /**
   * Where weights start. The official values (`paper`) presume pre-trained backbones. From scratch, their class token sees
   * only the mean over all places, and training stays for dozens of epochs at what a face's mean colour tells.
   */
  readonly start: {
    /** Linear layers of the transformer: deviation times the root of the width. */
    readonly gain: number;
    /** Deviation of the position embedding; the tokens it is added to have deviation 1. */
    readonly position: number;
    /** gamma1 and gamma2 of the feed-forward blocks. */
    readonly layerScale: number;
    /** Bias of the log variance: 0 makes the VICH sample noise of deviation 1. */
    readonly logvar: number;
  };
  /** The official checkpoint carries entries that no forward pass reads; only `paper` has to carry them too. */
  readonly carriesUnused: boolean;
}

export interface LandmarkStage {
  readonly channels: number;
  readonly groups: number;
  /** Expansion of the stage's residual units, which in stage 3 differs from that of its first unit. */
  readonly unitGroups: number;
  readonly units: number;
  readonly stride: number;
}

export interface PyramidLevel {
  readonly stride: number;
  readonly window: number;
  readonly heads: number;
  readonly dropPath: number;
}

/** Side of the square input image, for every size. */
export const IMAGE_SIDE = 224;

/** Side of conv3's output and of the token grid, for every size: Grad-CAM maps are 7x7. */
export const GRID_SIDE = 7;

const sizes: { readonly [S in ModelSize]: SizeTable } = {
  paper: {
    sampleStep: 2,
    landmarks: {
      frozen: true,
      regressor: true,
      stem: 64,
      stages: [
        { channels: 64, groups: 128, unitGroups: 128, units: 4, stride: 2 },
        { channels: 128, groups: 256, unitGroups: 256, units: 6, stride: 2 },
        { channels: 128, groups: 512, unitGroups: 256, units: 2, stride: 2 },
      ],
      separated: 512,
    },
    ir: {
      stem: 64,
      bodies: [
        { units: 3, channels: 64 },
        { units: 4, channels: 128 },
        { units: 14, channels: 256 },
      ],
    },
    pyramid: [
      { stride: 2, window: 28, heads: 2, dropPath: 0 },
      { stride: 2, window: 14, heads: 4, dropPath: 0.125 },
      { stride: 2, window: 7, heads: 8, dropPath: 0.25 },
    ],
    embedStrides: { q: [2, 2], k: 2 },
    vit: { width: 768, depth: 2, heads: 8 },
    start: { gain: 0.01 * Math.sqrt(768), position: 0.02, layerScale: 1e-5, logvar: 0 },
    carriesUnused: true,
  },
  tiny: {
    sampleStep: 4,
    landmarks: {
      frozen: false,
      regressor: false,
      stem: 16,
      stages: [
        { channels: 16, groups: 16, unitGroups: 16, units: 1, stride: 2 },
        { channels: 32, groups: 32, unitGroups: 32, units: 1, stride: 2 },
        { channels: 32, groups: 64, unitGroups: 32, units: 1, stride: 1 },
      ],
      separated: 64,
    },
    ir: {
      stem: 16,
      bodies: [
        { units: 1, channels: 16 },
        { units: 2, channels: 32 },
        { units: 2, channels: 64 },
      ],
    },
    pyramid: [
      { stride: 2, window: 14, heads: 1, dropPath: 0 },
      { stride: 2, window: 7, heads: 2, dropPath: 0.05 },
      { stride: 1, window: 7, heads: 4, dropPath: 0.1 },
    ],
    embedStrides: { q: [2, 1], k: 1 },
    vit: { width: 96, depth: 2, heads: 4 },
    start: { gain: 1, position: 0.8, layerScale: 0.5, logvar: -3 },
    carriesUnused: false,
  },
};

/** The numbers behind a size's name. */
export function sizeTable(size: ModelSize): SizeTable {
  return sizes[size];
}

/** Sides of the maps that the backbones see: 112 for `paper`, 56 for `tiny`. */
export function backboneSide(size: SizeTable): number {
  return IMAGE_SIDE / size.sampleStep;
}

/** Channels of the three pyramid levels: what IR50's bodies put out and the landmark maps must match. */
export function levelChannels(size: SizeTable): readonly [number, number, number] {
  const [first, second, third] = size.ir.bodies;
  return [first.channels, second.channels, third.channels];
}
