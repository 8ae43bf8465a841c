/** The text form of a graph, for people and for snapshot tests. */
import type { Constant, Graph, GraphNode, Shaped, Value } from './graph.ts';

/** `float32[2,7,7,256]`. */
export function typeText({ shape, dtype }: Shaped): string {
  return `${dtype}[${shape.join(',')}]`;
}

/**
 * One line a node, in order: `%3: float32[2,4] = Add(%1, b)`. Inputs go by their names, constants by their value when
 * they have a single one, everything else by a number.
 * @param places how each value lies (`LoweredGraph.places`); with them each line ends in `@ nchwc8` or the like.
 */
export function printGraph(graph: Graph, places?: ReadonlyMap<Value, string>): string {
  const names = new Map<Value, string>();
  for (const port of graph.inputs) names.set(port.value, port.name);
  for (const [value, constant] of graph.constants) names.set(value, constantText(value, constant));
  let count = 0;
  for (const node of graph.nodes) {
    for (const output of node.outputs) names.set(output, `%${(count += 1)}`);
  }
  const name = (value: Value): string => names.get(value) ?? '?';
  const line = (node: GraphNode): string => {
    const left = node.outputs.map((output) => `${name(output)}: ${typeText(output)}`).join(', ');
    const where = node.outputs.map((output) => places?.get(output)).filter((place) => place !== undefined);
    const at = where.length > 0 ? ` @ ${where.join(', ')}` : '';
    return `  ${left} = ${node.kernel}(${node.inputs.map(name).join(', ')})${attributesText(node)}${at}`;
  };
  const inputs = graph.inputs.map((port) => `${port.name}: ${typeText(port.value)}`).join(', ');
  const outputs = graph.outputs.map((port) => `${port.name} = ${name(port.value)}`).join(', ');
  return [`(${inputs}) {`, ...graph.nodes.map(line), `  return ${outputs}`, '}'].join('\n');
}

function constantText(value: Value, constant: Constant): string {
  if (constant.kind === 'dense') return `const ${typeText(value)}`;
  const number = Number(constant.value.toPrecision(6)).toString();
  return value.shape.length === 0 ? number : `${number}[${value.shape.join(',')}]`;
}

function attributesText(node: GraphNode): string {
  const entries: [string, unknown][] = Object.entries(node.attrs);
  if (entries.length === 0) return '';
  return ` {${entries.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(', ')}}`;
}
