/** Lowers a graph to ONNX and encodes it. */
import onnxProto from 'onnx-proto';
import type { onnx } from 'onnx-proto';
import type { Graph, GraphNode, Node, Port, Value } from './graph.ts';
import type { TracedKernel } from './kernels.ts';
import { identity } from './layout.ts';
import type { Laid } from './layout.ts';
import { Lowering } from './lowering.ts';
import type { Attribute, OnnxData, OnnxNode } from './lowering.ts';
import { onnxType } from './rules/elementwise.ts';
import { rules } from './rules/index.ts';

// A CommonJS package whose names Node cannot see: it comes in as one object.
const { onnx: proto } = onnxProto;

/** Operator set of the written models: the newest in which every op used here is settled. */
const OPSET = 20;
const IR_VERSION = 9;

export interface OnnxOptions {
  /** Inputs whose content is known: they become constants of the model, which ONNX Runtime folds and prepacks. */
  readonly constants?: ReadonlyMap<string, Float32Array | Int32Array>;
  readonly name?: string;
}

/** The graph as the bytes of an ONNX model, with its inputs and outputs by their names, row-major. */
export function toOnnx(graph: Graph, options: OnnxOptions = {}): Uint8Array {
  const lowering = new Lowering();
  const laid = new Map<Value, Laid>();
  const asInputs: Port[] = [];
  for (const port of graph.inputs) {
    const known = options.constants?.get(port.name);
    const name = known ? lowering.constant(contentOf(port.value, known)) : port.name;
    if (!known) asInputs.push(port);
    laid.set(port.value, laidAs(name, port.value));
  }
  for (const [value, constant] of graph.constants) {
    // A number that broadcasts need not be stored at its full size.
    if (constant.kind === 'dense') laid.set(value, laidAs(lowering.constant(contentOf(value, constant.data)), value));
    else laid.set(value, uniform(lowering, value, constant.value));
  }
  for (const node of graph.nodes) lowerNode(lowering, node, laid);
  const outputs = graph.outputs.map(({ name, value }) => {
    const source = laid.get(value);
    if (!source) throw new Error(`output ${name} was never computed`);
    const node: OnnxNode = { op: 'Identity', inputs: [lowering.rowMajor(source)], outputs: [name], attributes: {} };
    return node;
  });
  return encode(options.name ?? 'graph', lowering, [...lowering.nodes, ...outputs], asInputs, graph.outputs);
}

function lowerNode(lowering: Lowering, node: GraphNode, laid: Map<Value, Laid>): void {
  lowerBy(node.kernel, node, lowering, laid);
}

function lowerBy<K extends TracedKernel>(kernel: K, node: Node<K>, lowering: Lowering, laid: Map<Value, Laid>): void {
  const inputs = node.inputs.map((value) => {
    const source = laid.get(value);
    if (!source) throw new Error(`${kernel} reads a value that was never computed`);
    return source;
  });
  const outputs = rules[kernel].lower(lowering, inputs, node.attrs);
  node.outputs.forEach((value, index) => {
    const output = outputs[index];
    if (!output) throw new Error(`the rule for ${kernel} gives too few outputs`);
    laid.set(value, output);
  });
}

function laidAs(name: string, value: Value): Laid {
  return { name, shape: value.shape, dtype: value.dtype, perm: identity(value.shape.length) };
}

/** One number everywhere: expanded in the graph, unless it is a scalar anyway. */
function uniform(lowering: Lowering, value: Value, number: number): Laid {
  const scalar = lowering.constant(contentOf({ dtype: value.dtype, shape: [] }, [number]));
  if (value.shape.length === 0) return laidAs(scalar, value);
  return laidAs(lowering.op('Expand', [scalar, lowering.integers(value.shape)]), value);
}

function contentOf({ shape, dtype }: Pick<Value, 'shape' | 'dtype'>, data: ArrayLike<number>): OnnxData {
  switch (dtype) {
    case 'float32':
      return { dtype, shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
    case 'int32':
      return { dtype, shape, data: Int32Array.from(data) };
    case 'bool':
      return { dtype, shape, data: Uint8Array.from(data) };
  }
}

function encode(
  name: string,
  lowering: Lowering,
  nodes: readonly OnnxNode[],
  inputs: readonly Port[],
  outputs: readonly Port[],
): Uint8Array {
  const model = proto.ModelProto.create({
    irVersion: IR_VERSION,
    producerName: 'poster-var-workbench',
    opsetImport: [proto.OperatorSetIdProto.create({ domain: '', version: OPSET })],
    graph: proto.GraphProto.create({
      name,
      node: nodes.map(nodeProto),
      initializer: [...lowering.initializers].map(([key, content]) => tensorProto(key, content)),
      input: inputs.map(portProto),
      output: outputs.map(portProto),
    }),
  });
  return proto.ModelProto.encode(model).finish();
}

function portProto({ name, value }: Port): onnx.ValueInfoProto {
  const dim = value.shape.map((length) => proto.TensorShapeProto.Dimension.create({ dimValue: length }));
  const tensorType = proto.TypeProto.Tensor.create({
    elemType: onnxType[value.dtype],
    shape: proto.TensorShapeProto.create({ dim }),
  });
  return proto.ValueInfoProto.create({ name, type: proto.TypeProto.create({ tensorType }) });
}

function tensorProto(name: string, { dtype, shape, data }: OnnxData): onnx.TensorProto {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return proto.TensorProto.create({ name, dims: [...shape], dataType: onnxType[dtype], rawData });
}

function nodeProto({ op, inputs, outputs, attributes }: OnnxNode): onnx.NodeProto {
  return proto.NodeProto.create({
    opType: op,
    input: [...inputs],
    output: [...outputs],
    attribute: Object.entries(attributes).map(([name, attribute]) => attributeProto(name, attribute)),
  });
}

function attributeProto(name: string, attribute: Attribute): onnx.AttributeProto {
  const { AttributeType } = proto.AttributeProto;
  switch (attribute.kind) {
    case 'int':
      return proto.AttributeProto.create({ name, type: AttributeType.INT, i: attribute.value });
    case 'ints':
      return proto.AttributeProto.create({ name, type: AttributeType.INTS, ints: [...attribute.value] });
    case 'float':
      return proto.AttributeProto.create({ name, type: AttributeType.FLOAT, f: attribute.value });
    case 'string':
      return proto.AttributeProto.create({
        name,
        type: AttributeType.STRING,
        s: new TextEncoder().encode(attribute.value),
      });
  }
}
