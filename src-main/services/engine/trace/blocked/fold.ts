/**
 * Where weights are constant, what scales and shifts the result of a convolution channel by channel (a batch norm) becomes part of
 * the filter: ONNX Runtime computes that once, when it loads the model.
 */
import { side } from '../layout.ts';
import type { OnnxNode } from '../lowering.ts';
import type { Maps } from './maps.ts';

/** @param outputs what leaves the graph, and so has to stay. */
export function foldScales(maps: Maps, outputs: readonly { readonly source: string }[]): void {
  const { onnx } = maps;
  const constant = constantNames(onnx.nodes, onnx.initializers.keys());
  const uses = new Map<string, number>();
  const reads = [...onnx.nodes.flatMap(({ inputs }) => inputs), ...outputs.map(({ source }) => source)];
  for (const name of reads) uses.set(name, (uses.get(name) ?? 0) + 1);
  const convolutions = new Map<string, OnnxNode>();
  const merged = new Map<OnnxNode, OnnxNode>();
  const gone = new Set<OnnxNode>();
  for (const node of onnx.nodes) {
    if (!node.window) continue;
    convolutions.set(node.outputs[0] ?? '', node);
    const [map = '', factor = '', shift = ''] = node.inputs;
    const before = convolutions.get(map);
    const isScale =
      node.attributes['group'] !== undefined && side(node.window.filter, 2) * side(node.window.filter, 3) === 1;
    const isFixed = [factor, shift, before?.inputs[1] ?? ''].every((name) => name === '' || constant.has(name));
    if (!isScale || !isFixed || !before || before.inputs.length > 2 || uses.get(map) !== 1) continue;
    merged.set(node, before);
    gone.add(before);
    // Another scale behind this one stays a pass of its own: the chain is never longer than that.
    convolutions.delete(node.outputs[0] ?? '');
  }
  onnx.rewrite((node) => {
    const before = merged.get(node);
    return before?.window ? scaled(maps, before, node) : null;
  });
  const left = onnx.nodes.filter((node) => !gone.has(node));
  onnx.nodes.splice(0, onnx.nodes.length, ...left);
}

/** The convolution with its filter times the factor; shift and sum are its own. */
function scaled(
  maps: Maps,
  { inputs: [map = '', filter = ''], attributes, window }: OnnxNode,
  scale: OnnxNode,
): string {
  const { onnx, block } = maps;
  const [, factor = '', ...rest] = scale.inputs;
  const shape = window?.filter ?? [];
  const blocks = side(shape, 0) / block;
  // Whatever else its order is, a packed filter has a block of output channels innermost.
  const product = onnx.op('Mul', [onnx.reshape(filter, [blocks, -1, block]), onnx.reshape(factor, [blocks, 1, block])]);
  const inputs = [map, onnx.reshape(product, shape), ...rest];
  return maps.convolution(inputs, attributes, window ?? { map: [], filter: [] });
}

/** Names whose content is known before the model runs. */
function constantNames(nodes: readonly OnnxNode[], initializers: Iterable<string>): Set<string> {
  const names = new Set(initializers);
  for (const { inputs, outputs } of nodes) {
    if (inputs.every((name) => name === '' || names.has(name))) outputs.forEach((name) => names.add(name));
  }
  return names;
}
