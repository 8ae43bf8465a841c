/** ONNX files that someone wants to import: looked through without opening anything they point at, and refused with the reason. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import onnxProto from 'onnx-proto';
import type { onnx } from 'onnx-proto';
import { FailureError } from '../../../../src-shared/domain/failure.ts';

const { onnx: proto } = onnxProto;

/** Operators of the standard itself. */
const STANDARD = new Set(['', 'ai.onnx', 'ai.onnx.ml']);
/** Graphs may hold graphs (If, Loop, Scan). */
const DEPTH = 20;

/** An ONNX model begins with its IR version: field 1, a small number, and a further field. */
export function isOnnx(file: string): boolean {
  if (file.toLowerCase().endsWith('.onnx')) return true;
  const start = new Uint8Array(3);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, start, 0, 3, 0);
  } finally {
    closeSync(descriptor);
  }
  return (
    start[0] === 0x08 && (start[1] ?? 0) >= 3 && (start[1] ?? 0) <= 20 && [0x12, 0x42, 0x3a].includes(start[2] ?? 0)
  );
}

function refusal(message: string, remedy: string): FailureError {
  return new FailureError({ kind: 'unsupported', message, remedy });
}

const WHOLE = 'Import the checkpoint that it was made from (.pth or .safetensors).';

/** Why this ONNX file cannot become a model here; files that it refers to are never opened. */
export function refuseOnnx(file: string): FailureError {
  let model: onnx.ModelProto;
  try {
    model = proto.ModelProto.decode(readFileSync(file));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new FailureError({
      kind: 'invalid',
      message: `Not a readable ONNX file: ${reason}.`,
      remedy: 'Copy or download the file again.',
    });
  }
  const found = { external: new Set<string>(), context: false, domains: new Set<string>() };
  for (const { domain } of model.opsetImport ?? []) if (!STANDARD.has(domain ?? '')) found.domains.add(domain ?? '');
  lookThrough(model.graph, found, 0);
  const [external] = found.external;
  if (external !== undefined) {
    return refusal(
      `This ONNX file keeps its weights in other files (${JSON.stringify(external.slice(0, 200))}), which are not opened.`,
      WHOLE,
    );
  }
  if (found.context) {
    return refusal('This ONNX file holds a compiled context (EPContext) for one device, and no weights.', WHOLE);
  }
  const [domain] = found.domains;
  if (domain !== undefined) {
    return refusal(
      `This ONNX file uses operators of the domain ${JSON.stringify(domain.slice(0, 200))}, which are not known here.`,
      WHOLE,
    );
  }
  return refusal('This is an ONNX file: a graph to run, without the names that training and explaining need.', WHOLE);
}

interface Seen {
  readonly external: Set<string>;
  context: boolean;
  readonly domains: Set<string>;
}

function lookThrough(graph: onnx.IGraphProto | null | undefined, found: Seen, depth: number): void {
  if (!graph || depth > DEPTH) return;
  for (const tensor of graph.initializer ?? []) lookAt(tensor, found);
  for (const node of graph.node ?? []) {
    if (node.opType === 'EPContext') found.context = true;
    if (!STANDARD.has(node.domain ?? '')) found.domains.add(node.domain ?? '');
    for (const { t, g, graphs } of node.attribute ?? []) {
      if (t) lookAt(t, found);
      for (const inner of [g, ...(graphs ?? [])]) lookThrough(inner, found, depth + 1);
    }
  }
}

function lookAt({ dataLocation, externalData }: onnx.ITensorProto, found: Seen): void {
  const location = externalData?.find(({ key }) => key === 'location')?.value;
  if (dataLocation === proto.TensorProto.DataLocation.EXTERNAL || location) found.external.add(location ?? '');
}
