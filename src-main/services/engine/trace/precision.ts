/** Models in fewer bits. Inputs and outputs stay float32, so that a reader of the file need not know. */
import type { OnnxData, OnnxNode } from './lowering.ts';
import { int } from './lowering.ts';
import type { OnnxModel } from './onnx.ts';
import { onnxType } from './rules/elementwise.ts';

const HALF = '_float16';

/** Every number in half precision; the first input is narrowed, the outputs are widened. */
export function inFloat16(model: OnnxModel): OnnxModel {
  const renamed = new Map([...model.inputs, ...model.outputs].map(({ name }) => [name, `${name}${HALF}`]));
  const now = (name: string): string => renamed.get(name) ?? name;
  const cast = (from: string, out: string, to: number): OnnxNode => ({
    op: 'Cast',
    domain: '',
    inputs: [from],
    outputs: [out],
    attributes: { to: int(to) },
  });
  const narrowed = model.inputs.map(({ name }) => cast(name, now(name), onnxType.float16));
  const widened = model.outputs.map(({ name }) => cast(now(name), name, onnxType.float32));
  const nodes = model.nodes.map((node): OnnxNode => {
    const to = node.attributes['to'];
    const widens = node.op === 'Cast' && to?.kind === 'int' && to.value === onnxType.float32;
    return {
      ...node,
      inputs: node.inputs.map(now),
      outputs: node.outputs.map(now),
      attributes: widens ? { to: int(onnxType.float16) } : node.attributes,
    };
  });
  const initializers = new Map(
    [...model.initializers].map(([name, content]): [string, OnnxData] => [name, halved(content)]),
  );
  return { ...model, nodes: [...narrowed, ...nodes, ...widened], initializers };
}

function halved(content: OnnxData): OnnxData {
  if (content.dtype !== 'float32') return content;
  return { dtype: 'float16', shape: content.shape, data: new Uint16Array(Float16Array.from(content.data).buffer) };
}

/** Matrices smaller than this are not worth a scale a row. */
const WORTH = 4_096;

/**
 * Weights as int8 with one scale an output channel (symmetric, |w| max / 127); DequantizeLinear brings them back, and all
 * arithmetic stays float32.
 */
export function inInt8(model: OnnxModel): OnnxModel {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxData>();
  for (const [name, content] of model.initializers) {
    const worth = name.endsWith('.weight') && content.shape.length >= 2 && content.data.length >= WORTH;
    if (content.dtype !== 'float32' || !worth) {
      initializers.set(name, content);
      continue;
    }
    const { scales, quantised } = quantise(content.data, content.shape[0] ?? 1);
    initializers.set(`${name}_int8`, { dtype: 'int8', shape: content.shape, data: quantised });
    initializers.set(`${name}_scale`, { dtype: 'float32', shape: [scales.length], data: scales });
    nodes.push({
      op: 'DequantizeLinear',
      domain: '',
      inputs: [`${name}_int8`, `${name}_scale`],
      outputs: [name],
      attributes: { axis: int(0) },
    });
  }
  return { ...model, nodes: [...nodes, ...model.nodes], initializers };
}

function quantise(data: Float32Array, rows: number): { scales: Float32Array; quantised: Int8Array } {
  const width = data.length / rows;
  const scales = new Float32Array(rows);
  const quantised = new Int8Array(data.length);
  for (let row = 0; row < rows; row++) {
    const values = data.subarray(row * width, (row + 1) * width);
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // A row of zeros needs some scale.
    const scale = Math.fround(largest === 0 ? 1 : largest / 127);
    scales[row] = scale;
    values.forEach(
      (value, index) => (quantised[row * width + index] = Math.max(-127, Math.min(127, Math.round(value / scale)))),
    );
  }
  return { scales, quantised };
}
