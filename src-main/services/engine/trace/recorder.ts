/**
 * Collects the kernels of a traced function into a graph. What need not be computed never enters it: neutral operations
 * are skipped, operations on constants are done at once, and an operation recorded before is not recorded again.
 */
import { findBackend, getKernel } from '@tensorflow/tfjs-core';
import type { KernelBackend, NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { Value } from './graph.ts';
import type { Constant, DType, Graph, GraphNode, Node, Port } from './graph.ts';
import type { KernelAttrs, TracedKernel } from './kernels.ts';
import { batchNodes } from './passes/batched.ts';
import { broadcastShape } from './rules/rule.ts';
import { rules } from './rules/index.ts';

/** Constants up to this many elements are computed while tracing. */
const FOLD_LIMIT = 4_000_000;

const sameShape = (a: readonly number[], b: readonly number[]): boolean => a.join() === b.join();

export class Recorder {
  readonly #inputs: Port[] = [];
  readonly #constants = new Map<Value, Constant>();
  readonly #nodes: GraphNode[] = [];
  readonly #known = new Map<string, readonly Value[]>();
  readonly #numbers = new Map<Value, number>();
  readonly #producers = new Map<Value, GraphNode>();

  input(name: string, shape: readonly number[], dtype: DType): Value {
    const value = this.#value(shape, dtype);
    this.#inputs.push({ name, value });
    return value;
  }

  /** A constant; one number everywhere is kept as that number. */
  constant(data: Float32Array | Int32Array | Uint8Array, shape: readonly number[], dtype: DType): Value {
    const [first] = data;
    if (first !== undefined && data.every((element) => element === first)) return this.uniform(first, shape, dtype);
    const value = this.#value(shape, dtype);
    this.#constants.set(value, { kind: 'dense', data });
    return value;
  }

  uniform(number: number, shape: readonly number[], dtype: DType): Value {
    const key = `uniform ${dtype} [${shape.join()}] ${Object.is(number, -0) ? '-0' : number}`;
    const known = this.#known.get(key)?.[0];
    if (known) return known;
    const value = this.#value(shape, dtype);
    this.#constants.set(value, { kind: 'uniform', value: number });
    this.#known.set(key, [value]);
    return value;
  }

  /** Records one kernel call. @param raw the attributes as TensorFlow.js passes them. */
  call<K extends TracedKernel>(kernel: K, inputs: readonly Value[], raw: NamedAttrMap): readonly Value[] {
    const attrs: KernelAttrs[K] = rules[kernel].attrs(raw, inputs);
    const known = this.#simplified(kernel, inputs, attrs) ?? this.#folded(kernel, inputs, raw);
    return known ?? this.#emit(kernel, this.#unbroadcast(kernel, inputs), attrs);
  }

  /**
   * Records `fn` for one row and writes it again for all rows of `x` at once.
   * @param fn of [1, ...a row's shape].
   * @returns [rows, ...the result's shape].
   */
  eachRow(x: Value, fn: (row: Value) => Value): Value {
    const [count = 0, ...rest] = x.shape;
    const row = this.#value([1, ...rest], x.dtype);
    const result = fn(row);
    const [many = x] = this.#emit('Reshape', [x], { shape: [count, 1, ...rest] });
    const batched = batchNodes([...this.#nodes], row, many, {
      value: (shape, dtype) => this.#value(shape, dtype),
      push: (node) => this.#nodes.push(node),
    }).get(result);
    if (!batched) throw new Error('what is computed for each row does not depend on the row');
    return batched;
  }

  finish(outputs: readonly Port[]): Graph {
    return { inputs: this.#inputs, constants: this.#constants, nodes: this.#nodes, outputs };
  }

  #value(shape: readonly number[], dtype: DType): Value {
    const value = new Value([...shape], dtype);
    this.#numbers.set(value, this.#numbers.size);
    return value;
  }

  #emit<K extends TracedKernel>(kernel: K, inputs: readonly Value[], attrs: KernelAttrs[K]): readonly Value[] {
    const key = JSON.stringify([kernel, inputs.map((value) => this.#numbers.get(value)), attrs]);
    const known = this.#known.get(key);
    if (known) return known;
    const outputs = rules[kernel].infer(inputs, attrs).map(({ shape, dtype }) => this.#value(shape, dtype));
    const node: Node<K> = { kernel, inputs, attrs, outputs };
    this.#nodes.push(node as GraphNode);
    for (const output of outputs) this.#producers.set(output, node as GraphNode);
    this.#known.set(key, outputs);
    return outputs;
  }

  /** The value everywhere in a uniform constant, else null. */
  #everywhere(value: Value | undefined): number | null {
    const constant = value && this.#constants.get(value);
    return constant?.kind === 'uniform' ? constant.value : null;
  }

  /** What operations with neutral elements, and moves to the same shape, come to. */
  #simplified<K extends TracedKernel>(
    kernel: K,
    inputs: readonly Value[],
    attrs: KernelAttrs[K],
  ): readonly Value[] | null {
    const [a, b] = inputs;
    if (!a) return null;
    switch (kernel) {
      case 'Add':
      case 'Multiply': {
        const neutral = kernel === 'Add' ? 0 : 1;
        if (this.#everywhere(b) === neutral) return this.#broadcast(a, inputs);
        return b && this.#everywhere(a) === neutral ? this.#broadcast(b, inputs) : null;
      }
      case 'Sub':
        return this.#everywhere(b) === 0 ? this.#broadcast(a, inputs) : null;
      case 'RealDiv':
        return this.#everywhere(b) === 1 ? this.#broadcast(a, inputs) : null;
      case 'Cast':
      case 'Reshape':
      case 'Slice':
      case 'StridedSlice':
      case 'Tile':
      case 'PadV2': {
        const [same] = rules[kernel].infer(inputs, attrs);
        return same && sameShape(same.shape, a.shape) && same.dtype === a.dtype ? [a] : null;
      }
      default:
        return null;
    }
  }

  /** `x` in the shape that the operands have together. */
  #broadcast(x: Value, operands: readonly Value[]): readonly Value[] {
    const shape = operands.reduce<readonly number[]>((joint, { shape: own }) => broadcastShape(joint, own), []);
    if (sameShape(shape, x.shape)) return [x];
    const number = this.#everywhere(x);
    return number === null ? this.#emit('BroadcastTo', [x], { shape }) : [this.uniform(number, shape, x.dtype)];
  }

  /** Elementwise operations broadcast by themselves: an operand need not be broadcast before, if the other has the shape. */
  #unbroadcast(kernel: TracedKernel, inputs: readonly Value[]): readonly Value[] {
    if (kernel !== 'Add' && kernel !== 'Sub' && kernel !== 'Multiply' && kernel !== 'RealDiv') return inputs;
    const [a, b] = inputs;
    if (!a || !b) return inputs;
    const source = (value: Value, other: Value): Value => {
      const producer = this.#producers.get(value);
      const [original] = producer?.kernel === 'BroadcastTo' ? producer.inputs : [];
      return original && sameShape(broadcastShape(original.shape, other.shape), value.shape) ? original : value;
    };
    const left = source(a, b);
    return [left, source(b, left)];
  }

  /** Kernels whose inputs are all constant run at once, on TensorFlow.js's own CPU backend. */
  #folded(kernel: TracedKernel, inputs: readonly Value[], raw: NamedAttrMap): readonly Value[] | null {
    if (!inputs.every((value) => this.#constants.has(value) && value.size <= FOLD_LIMIT)) return null;
    const cpu = findBackend('cpu');
    const names = rules[kernel].inputs;
    const infos: NamedTensorInfoMap = {};
    inputs.forEach((value, index) => {
      infos[names === 'all' ? index : (names[index] ?? index)] = this.#onCpu(cpu, value);
    });
    const result = getKernel(kernel, 'cpu').kernelFunc({ inputs: infos, backend: cpu, attrs: raw });
    return (Array.isArray(result) ? result : [result]).map(({ dataId, shape, dtype }) => {
      const data = cpu.readSync(dataId);
      if (!(data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array)) {
        throw new Error(`constants of type ${dtype} cannot be traced`);
      }
      return this.constant(data, shape, dtype === 'int32' || dtype === 'bool' ? dtype : 'float32');
    });
  }

  #onCpu(cpu: KernelBackend, value: Value): TensorInfo {
    const constant = this.#constants.get(value);
    const shape = [...value.shape];
    const ArrayType = value.dtype === 'float32' ? Float32Array : value.dtype === 'int32' ? Int32Array : Uint8Array;
    const data = constant?.kind === 'dense' ? constant.data : new ArrayType(value.size).fill(constant?.value ?? 0);
    return { dataId: cpu.write(data, shape, value.dtype), shape, dtype: value.dtype };
  }
}
