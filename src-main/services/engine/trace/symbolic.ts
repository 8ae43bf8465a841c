/**
 * A model for any batch from two models for one each. A traced graph has fixed shapes; lowered for two batches it differs only
 * in lists of integers (shapes to reshape to, repetitions), and exactly where the batch is meant. What differs becomes a
 * function of the input's first dimension; any other difference is an error, so that nothing is guessed.
 */
import type { OnnxData, OnnxNode } from './lowering.ts';
import { int } from './lowering.ts';
import type { OnnxModel, OnnxPort } from './onnx.ts';

/** Two primes that are no size of anything else in a model: equal numbers elsewhere would be taken for the batch. */
export const PROBES = [1009, 1013] as const;

/** Name of the free dimension. */
const BATCH = 'batch';

/** @param modelOf the model for a batch; its first input's first dimension is the batch. */
export function withAnyBatch(modelOf: (batch: number) => OnnxModel): OnnxModel {
  const [first, second] = [modelOf(PROBES[0]), modelOf(PROBES[1])];
  if (JSON.stringify(first.nodes) !== JSON.stringify(second.nodes))
    throw new Error('the graph itself depends on the batch');
  const input = first.inputs[0];
  if (input?.dims[0] !== PROBES[0]) throw new Error('the first input has no batch');
  const dependent = new Map<string, readonly bigint[]>();
  for (const [name, content] of first.initializers) {
    const other = second.initializers.get(name);
    if (!other) throw new Error(`the constant ${name} depends on the batch`);
    const factors = batchFactors(name, content, other);
    if (factors) dependent.set(name, factors);
  }
  const free = new Free(input.name);
  const initializers = new Map(first.initializers);
  for (const [name, factors] of dependent) {
    const values = integersOf(first.initializers.get(name));
    initializers.delete(name);
    const onlyReshapes = first.nodes.every(
      ({ op, inputs }) => !inputs.includes(name) || (op === 'Reshape' && inputs[1] === name),
    );
    if (onlyReshapes && factors.filter((factor) => factor !== 0n).length === 1) {
      // Reshape finds out one dimension by itself.
      const data = BigInt64Array.from(values, (value, index) => (factors[index] === 0n ? value : -1n));
      initializers.set(name, { dtype: 'int64', shape: [data.length], data });
    } else free.list(name, values, factors);
  }
  for (const [name, content] of free.constants) initializers.set(name, content);
  return {
    ...first,
    nodes: [...free.nodes, ...first.nodes],
    initializers,
    inputs: ports(first.inputs, second.inputs),
    outputs: ports(first.outputs, second.outputs),
  };
}

function integersOf(content: OnnxData | undefined): readonly bigint[] {
  return content?.dtype === 'int64' ? [...content.data] : [];
}

/** How often the batch is in each number: value = factor * batch; null where nothing differs. */
function batchFactors(name: string, a: OnnxData, b: OnnxData): readonly bigint[] | null {
  if (a.data === b.data) return null;
  if (a.dtype !== b.dtype || a.data.length !== b.data.length)
    throw new Error(`the constant ${name} depends on the batch`);
  const [left, right] = [integersOf(a), integersOf(b)];
  if (a.dtype !== 'int64') {
    if (a.data.every((value, index) => value === b.data[index])) return null;
    throw new Error(`the constant ${name} depends on the batch`);
  }
  const factors = left.map((value, index) => {
    const other = right[index] ?? 0n;
    if (value === other) return 0n;
    const factor = value / BigInt(PROBES[0]);
    if (factor * BigInt(PROBES[0]) !== value || factor * BigInt(PROBES[1]) !== other) {
      throw new Error(`the number ${value} in ${name} is no multiple of the batch`);
    }
    return factor;
  });
  return factors.some((factor) => factor !== 0n) ? factors : null;
}

/** Lists of integers that are computed from the batch when the model runs. */
class Free {
  readonly nodes: OnnxNode[];
  readonly constants = new Map<string, OnnxData>();

  constructor(input: string) {
    this.nodes = [
      { op: 'Shape', domain: '', inputs: [input], outputs: [BATCH], attributes: { start: int(0), end: int(1) } },
    ];
  }

  list(name: string, values: readonly bigint[], factors: readonly bigint[]): void {
    const parts = values.map((value, index) => this.#number(name, index, value, factors[index] ?? 0n));
    this.nodes.push({ op: 'Concat', domain: '', inputs: parts, outputs: [name], attributes: { axis: int(0) } });
  }

  #number(name: string, index: number, value: bigint, factor: bigint): string {
    if (factor === 1n) return BATCH;
    const constant = `${name}_${index}`;
    const data = BigInt64Array.of(factor === 0n ? value : factor);
    this.constants.set(constant, { dtype: 'int64', shape: [1], data });
    if (factor === 0n) return constant;
    const product = `${constant}_${BATCH}`;
    this.nodes.push({ op: 'Mul', domain: '', inputs: [BATCH, constant], outputs: [product], attributes: {} });
    return product;
  }
}

function ports(first: readonly OnnxPort[], second: readonly OnnxPort[]): OnnxPort[] {
  return first.map((port, at) => ({
    ...port,
    dims: port.dims.map((side, axis) => (side === second[at]?.dims[axis] ? side : BATCH)),
  }));
}
