/** Kernels that work element by element, whatever the order of the elements. */
import type { GraphNode, Node } from '../graph.ts';
import type { TracedKernel } from '../kernels.ts';
import type { Laid } from '../layout.ts';
import type { Lowering } from '../lowering.ts';
import { input } from '../rules/rule.ts';
import { rules } from '../rules/index.ts';

export const elementwise: ReadonlySet<TracedKernel> = new Set<TracedKernel>([
  'Add',
  'Sub',
  'Multiply',
  'RealDiv',
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
]);

/** The first output of a node by the kernel's own rule, with other operands in the place of its inputs. */
export function lowerLaid(onnx: Lowering, node: GraphNode, operands: readonly Laid[]): Laid {
  return input(lowerAll(node.kernel, onnx, node, operands), 0);
}

/** All outputs of a node by the kernel's own rule. */
export function lowerAll<K extends TracedKernel>(
  kernel: K,
  onnx: Lowering,
  node: Pick<Node<K>, 'attrs'>,
  operands: readonly Laid[],
): readonly Laid[] {
  return rules[kernel].lower(onnx, operands, node.attrs);
}
