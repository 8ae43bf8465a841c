/** The total table from kernel to rule: a kernel without one does not compile. */
import type { Node, Shaped } from '../graph.ts';
import type { TracedKernel } from '../kernels.ts';
import { fusedBatchNorm } from './batch-norm.ts';
import * as conv from './conv.ts';
import * as depthwise from './depthwise.ts';
import * as elementwise from './elementwise.ts';
import * as gather from './gather.ts';
import { batchMatMul } from './matmul.ts';
import * as reduce from './reduce.ts';
import type { Rule } from './rule.ts';
import * as shape from './shape.ts';

export const rules: { readonly [K in TracedKernel]: Rule<K> } = {
  Add: elementwise.add,
  Sub: elementwise.sub,
  Multiply: elementwise.multiply,
  RealDiv: elementwise.realDiv,
  Prelu: elementwise.prelu,
  Neg: elementwise.neg,
  Exp: elementwise.exp,
  Log: elementwise.log,
  Sqrt: elementwise.sqrt,
  Rsqrt: elementwise.rsqrt,
  Square: elementwise.square,
  Erf: elementwise.erf,
  Sigmoid: elementwise.sigmoid,
  Relu: elementwise.relu,
  Step: elementwise.step,
  Cast: elementwise.cast,
  BroadcastTo: elementwise.broadcastTo,
  Reshape: shape.reshape,
  Transpose: shape.transpose,
  Concat: shape.concat,
  Slice: shape.slice,
  StridedSlice: shape.stridedSlice,
  SplitV: shape.splitV,
  PadV2: shape.padV2,
  Tile: shape.tile,
  GatherV2: gather.gatherV2,
  UnsortedSegmentSum: gather.unsortedSegmentSum,
  Sum: reduce.sum,
  Mean: reduce.mean,
  Max: reduce.max,
  Softmax: reduce.softmax,
  BatchMatMul: batchMatMul,
  Conv2D: conv.conv2D,
  Conv2DBackpropInput: conv.conv2DBackpropInput,
  Conv2DBackpropFilter: conv.conv2DBackpropFilter,
  DepthwiseConv2dNative: depthwise.depthwiseConv2d,
  DepthwiseConv2dNativeBackpropInput: depthwise.depthwiseBackpropInput,
  DepthwiseConv2dNativeBackpropFilter: depthwise.depthwiseBackpropFilter,
  FusedBatchNorm: fusedBatchNorm,
};

/** Shapes and types of what a node computes. */
export function inferred<K extends TracedKernel>({ kernel, inputs, attrs }: Node<K>): readonly Shaped[] {
  return rules[kernel].infer(inputs, attrs);
}
