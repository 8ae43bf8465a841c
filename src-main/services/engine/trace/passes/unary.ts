import type { GraphNode } from '../graph.ts';
import type { KernelAttrs } from '../kernels.ts';

/** Kernels with one input, each of whose numbers becomes one number of the output, whatever stands beside it. */
const UNARY = [
  'Neg',
  'Exp',
  'Log',
  'Sqrt',
  'Rsqrt',
  'Square',
  'Erf',
  'Sigmoid',
  'Relu',
  'Step',
  'Cast',
] as const satisfies readonly (keyof KernelAttrs)[];

export type UnaryNode = Extract<GraphNode, { readonly kernel: (typeof UNARY)[number] }>;

const names: ReadonlySet<string> = new Set(UNARY);

export function isUnary(node: GraphNode): node is UnaryNode {
  return names.has(node.kernel);
}
