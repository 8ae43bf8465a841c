/** Lowers a graph to ONNX and encodes it. */
import onnxProto from 'onnx-proto';
import type { onnx } from 'onnx-proto';
import { lowerAll } from './blocked/elementwise.ts';
import { foldScales } from './blocked/fold.ts';
import { lowerMaps } from './blocked/map-rules.ts';
import { lowerParts } from './blocked/part-rules.ts';
import { Storage, contentOf, laidAs } from './blocked/storage.ts';
import type { Forms } from './blocked/storage.ts';
import { partName } from './blocked/vectors.ts';
import type { VectorLayout } from './blocked/vectors.ts';
import { squaresAsPowers } from './blocked/norms.ts';
import { fewerProducts } from './blocked/winograd.ts';
import type { Graph, GraphNode, Port, Shaped, Value } from './graph.ts';
import { Lowering } from './lowering.ts';
import type { Attribute, Domain, OnnxData, OnnxNode } from './lowering.ts';
import { onnxType } from './rules/elementwise.ts';

// A CommonJS package whose names Node cannot see: it comes in as one object.
const { onnx: proto } = onnxProto;

/** Operator set of the written models: the newest in which every op used here is settled. */
const OPSET = 20;
const IR_VERSION = 9;

export interface OnnxOptions {
  /** Inputs whose content is known: they become constants of the model, which ONNX Runtime folds and prepacks. */
  readonly constants?: ReadonlyMap<string, Float32Array | Int32Array>;
  readonly name?: string;
  /**
   * Channels a block of ONNX Runtime's own layout, for the device and the runtime that have it: the model is for them
   * alone. Left out: nothing but ONNX.
   */
  readonly block?: number | null;
  /** Vectors that come in and go out in parts, by their length (`planVectors`): part i of x is called `partName(x, i)`. */
  readonly vectors?: ReadonlyMap<number, VectorLayout>;
}

export interface LoweredGraph {
  readonly model: Uint8Array;
  /** How each value of the graph lies, for `printGraph`. */
  readonly places: ReadonlyMap<Value, string>;
}

/** The graph as the bytes of an ONNX model, with its inputs and outputs by their names, whole and row-major. */
export function toOnnx(graph: Graph, options: Pick<OnnxOptions, 'constants' | 'name' | 'block'> = {}): Uint8Array {
  return lowerGraph(graph, options).model;
}

/** An input or output; a dimension that is only known when the model runs has a name. */
export interface OnnxPort {
  readonly name: string;
  readonly dtype: Value['dtype'];
  readonly dims: readonly (number | string)[];
}

/** A model before it becomes bytes. */
export interface OnnxModel {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxData>;
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
}

/** A graph for every runtime: nothing but ONNX, and known inputs keep their names. */
export function portableModel(graph: Graph, options: Pick<OnnxOptions, 'constants' | 'name'>): OnnxModel {
  return build(graph, options, true).model;
}

/** Lowers a graph for a device. */
export function lowerGraph(graph: Graph, options: OnnxOptions): LoweredGraph {
  const { model, places } = build(graph, options, false);
  return { model: encodeModel(model), places };
}

function build(
  graph: Graph,
  options: OnnxOptions,
  keepNames: boolean,
): { model: OnnxModel; places: LoweredGraph['places'] } {
  const { block = null, vectors = new Map() } = options;
  const lowering = new Lowering();
  const at = new Storage(lowering, block, vectors);
  const inputs = graph.inputs.flatMap((port) => {
    const known = options.constants?.get(port.name);
    if (known) {
      const content = contentOf(port.value, known);
      const name = keepNames ? lowering.named(port.name, content) : lowering.constant(content);
      at.set(port.value, { laid: laidAs(name, port.value) });
      return [];
    }
    return declareInput(at, port);
  });
  for (const [value, constant] of graph.constants) at.constant(value, constant);
  for (const node of graph.nodes) lowerNode(at, node);
  const outputs = graph.outputs.flatMap((port) => declareOutput(at, port));
  if (at.maps) {
    foldScales(at.maps, outputs);
    fewerProducts(at.maps);
    squaresAsPowers(lowering);
  }
  const model = assemble(options.name ?? 'graph', lowering, inputs, outputs);
  const places = new Map(graph.nodes.flatMap((node) => node.outputs).map((value) => [value, at.place(value)]));
  return { model, places };
}

/** A model that only puts a map of two pixels into the blocked layout: its output shows the size of a block. */
export function blockProbe(): { model: Uint8Array; shape: readonly number[]; input: string; output: string } {
  const lowering = new Lowering();
  const [input, output, shape, dtype] = ['x', 'y', [1, 64, 1, 2], 'float32'] as const;
  const source = lowering.op('ReorderInput', [input], {}, 'com.microsoft.nchwc');
  const ports = [[{ name: input, shape, dtype }], [{ name: output, shape, dtype, source }]] as const;
  const model = encodeModel(assemble('probe', lowering, ...ports));
  return { model, shape, input, output };
}

/** A tensor that enters or leaves the model. */
interface Tensor extends Shaped {
  readonly name: string;
}

function declareInput(at: Storage, { name, value }: Port): Tensor[] {
  const layout = value.shape.length === 1 ? at.vectors.get(value.size) : undefined;
  if (!layout) {
    at.set(value, { laid: laidAs(name, value) });
    return [{ name, shape: value.shape, dtype: value.dtype }];
  }
  const tensors = layout.parts.map(({ size }, part) => ({
    name: partName(name, part),
    shape: [size],
    dtype: value.dtype,
  }));
  at.set(value, { parts: { layout, names: tensors.map((tensor) => tensor.name) } });
  return tensors;
}

interface Output extends Tensor {
  /** The value inside the graph. */
  readonly source: string;
}

function declareOutput(at: Storage, { name, value }: Port): Output[] {
  const layout = value.shape.length === 1 ? at.vectors.get(value.size) : undefined;
  if (!layout) {
    return [{ name, shape: value.shape, dtype: value.dtype, source: at.onnx.rowMajor(at.laid(value)) }];
  }
  return at.parts(value, layout).map((part, index) => ({
    name: partName(name, index),
    shape: part.shape,
    dtype: value.dtype,
    source: part.name,
  }));
}

function lowerNode(at: Storage, node: GraphNode): void {
  const forms = lowerParts(at, node) ?? lowerMaps(at, node) ?? byRule(at, node);
  node.outputs.forEach((value, index) => {
    const output = forms[index];
    if (!output) throw new Error(`the rule for ${node.kernel} gives too few outputs`);
    at.set(value, output);
  });
}

function byRule(at: Storage, node: GraphNode): Forms[] {
  const inputs = node.inputs.map((value) => at.laid(value));
  return lowerAll(node.kernel, at.onnx, node, inputs).map((laid) => ({ laid }));
}

function assemble(name: string, lowering: Lowering, inputs: readonly Tensor[], outputs: readonly Output[]): OnnxModel {
  const portOf = (tensor: Tensor): OnnxPort => ({ name: tensor.name, dtype: tensor.dtype, dims: tensor.shape });
  return {
    name,
    nodes: withOutputNames(lowering, outputs),
    initializers: lowering.initializers,
    inputs: inputs.map(portOf),
    outputs: outputs.map(portOf),
  };
}

/** @param metadata further facts for readers of the file. */
export function encodeModel(model: OnnxModel, metadata: ReadonlyMap<string, string> = new Map()): Uint8Array {
  const domains = new Set<Domain>(['', ...model.nodes.map(({ domain }) => domain)]);
  const encoded = proto.ModelProto.create({
    irVersion: IR_VERSION,
    producerName: 'poster-var-workbench',
    opsetImport: [...domains].map((domain) =>
      proto.OperatorSetIdProto.create({ domain, version: domain === '' ? OPSET : 1 }),
    ),
    graph: proto.GraphProto.create({
      name: model.name,
      node: model.nodes.map(nodeProto),
      initializer: [...model.initializers].map(([key, content]) => tensorProto(key, content)),
      input: model.inputs.map(portProto),
      output: model.outputs.map(portProto),
    }),
    metadataProps: [...metadata].map(([key, value]) => proto.StringStringEntryProto.create({ key, value })),
  });
  return proto.ModelProto.encode(encoded).finish();
}

/** Nodes write outputs under their names at once; only what is an input, a constant or another output too is copied. */
function withOutputNames({ nodes }: Lowering, outputs: readonly Output[]): OnnxNode[] {
  const made = new Set(nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  const copies: OnnxNode[] = [];
  for (const { name, source } of outputs) {
    if (made.has(source) && !renamed.has(source)) renamed.set(source, name);
    else {
      const from = renamed.get(source) ?? source;
      copies.push({ op: 'Identity', domain: '', inputs: [from], outputs: [name], attributes: {} });
    }
  }
  const now = (name: string): string => renamed.get(name) ?? name;
  const kept = nodes.map((node) => ({ ...node, inputs: node.inputs.map(now), outputs: node.outputs.map(now) }));
  return [...kept, ...copies];
}

function portProto({ name, dtype, dims }: OnnxPort): onnx.ValueInfoProto {
  const { Dimension } = proto.TensorShapeProto;
  const dim = dims.map((side) => Dimension.create(typeof side === 'number' ? { dimValue: side } : { dimParam: side }));
  const tensorType = proto.TypeProto.Tensor.create({
    elemType: onnxType[dtype],
    shape: proto.TensorShapeProto.create({ dim }),
  });
  return proto.ValueInfoProto.create({ name, type: proto.TypeProto.create({ tensorType }) });
}

function tensorProto(name: string, { dtype, shape, data }: OnnxData): onnx.TensorProto {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return proto.TensorProto.create({ name, dims: [...shape], dataType: onnxType[dtype], rawData });
}

function nodeProto({ op, domain, inputs, outputs, attributes }: OnnxNode): onnx.NodeProto {
  return proto.NodeProto.create({
    opType: op,
    domain,
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
