/**
 * The TensorFlow.js kernels that can be traced, with their attributes as the graph stores them: normalised, so that
 * equal operations look equal. The rule table (`rules/index.ts`) must have a rule for each, or the project does not compile.
 */
import type { DType } from './graph.ts';

export type None = Record<never, never>;

export interface WindowAttrs {
  readonly strides: readonly [number, number];
  /** Padding before and after, the same for rows and columns. */
  readonly pad: number;
}

export interface ReduceAttrs {
  /** Ascending, non-negative. */
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

export interface KernelAttrs {
  Add: None;
  Sub: None;
  Multiply: None;
  RealDiv: None;
  Prelu: None;
  Neg: None;
  Exp: None;
  Log: None;
  Sqrt: None;
  Rsqrt: None;
  Square: None;
  Erf: None;
  Sigmoid: None;
  Relu: None;
  Step: None;
  Cast: { readonly dtype: DType };
  BroadcastTo: { readonly shape: readonly number[] };
  Reshape: { readonly shape: readonly number[] };
  Transpose: { readonly perm: readonly number[] };
  Concat: { readonly axis: number };
  Slice: { readonly begin: readonly number[]; readonly size: readonly number[] };
  StridedSlice: {
    readonly begin: readonly number[];
    readonly end: readonly number[];
    readonly strides: readonly number[];
  };
  SplitV: { readonly axis: number; readonly sizes: readonly number[] };
  PadV2: { readonly before: readonly number[]; readonly after: readonly number[]; readonly value: number };
  Tile: { readonly reps: readonly number[] };
  GatherV2: { readonly axis: number };
  UnsortedSegmentSum: { readonly segments: number };
  Sum: ReduceAttrs;
  Mean: ReduceAttrs;
  Max: ReduceAttrs;
  Softmax: { readonly axis: number };
  BatchMatMul: { readonly transposeA: boolean; readonly transposeB: boolean };
  Conv2D: WindowAttrs;
  Conv2DBackpropInput: WindowAttrs & { readonly inputShape: readonly number[] };
  Conv2DBackpropFilter: WindowAttrs & { readonly filterShape: readonly number[] };
  DepthwiseConv2dNative: WindowAttrs;
  DepthwiseConv2dNativeBackpropInput: WindowAttrs & { readonly inputShape: readonly number[] };
  DepthwiseConv2dNativeBackpropFilter: WindowAttrs & { readonly filterShape: readonly number[] };
  FusedBatchNorm: { readonly epsilon: number };
}

export type TracedKernel = keyof KernelAttrs;
