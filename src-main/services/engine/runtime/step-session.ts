/** Sessions of a training's programs on the processor: from the cache where they stand there, else made and kept. */
import { readFileSync, rmSync } from 'node:fs';
import type { InferenceSession } from 'onnxruntime-node';
import { z } from 'zod';
import { planVectors } from '../trace/blocked/vectors.ts';
import type { VectorLayout } from '../trace/blocked/vectors.ts';
import { lowerGraph } from '../trace/onnx.ts';
import type { OnnxOptions } from '../trace/onnx.ts';
import { graphOf } from '../trace/program.ts';
import type { Program } from '../trace/program.ts';
import { nchwcBlock } from './block.ts';
import type { DeviceId } from './devices.ts';
import { graphCache, graphKey } from './graph-cache.ts';
import type { GraphCache } from './graph-cache.ts';
import { openSession } from './session.ts';
import type { SessionTuning } from './session.ts';

/** How the graphs of a training are lowered for a device. */
export type Placement = Required<Pick<OnnxOptions, 'block' | 'vectors'>>;

const Layouts = z.array(
  z.object({
    size: z.number(),
    parts: z.array(
      z.object({
        ranges: z.array(z.object({ offset: z.number(), size: z.number() })),
        size: z.number(),
        packing: z.object({ factors: z.array(z.array(z.number())), order: z.array(z.number()) }).nullable(),
      }),
    ),
  }),
);

/** @param program one that slices the training's vectors into tensors: from it follows how they lie. */
export async function placementFor(device: DeviceId, program: Program): Promise<Placement> {
  if (device !== 'cpu') return { block: null, vectors: new Map() };
  const block = await nchwcBlock();
  const cache = graphCache();
  const key = cache && graphKey({ ...program, name: `${program.name} vectors` }, block);
  const known = cache && key !== null ? layoutsFrom(cache.get(key)) : null;
  if (known) return { block, vectors: known };
  const vectors = planVectors(graphOf(program), block);
  if (cache && key !== null) cache.put(key, Buffer.from(JSON.stringify([...vectors.values()])));
  return { block, vectors };
}

function layoutsFrom(bytes: Uint8Array | null): Map<number, VectorLayout> | null {
  if (bytes === null) return null;
  const layouts = Layouts.parse(JSON.parse(Buffer.from(bytes).toString()));
  return new Map(layouts.map((layout) => [layout.size, layout]));
}

export async function openStepSession(
  program: Program,
  device: DeviceId,
  placement: Placement,
  tuning?: SessionTuning,
): Promise<InferenceSession> {
  // A profile shall show what the optimiser did, under the names it gave.
  const cache = device === 'cpu' && tuning?.profilePrefix === undefined ? graphCache() : null;
  const key = cache && graphKey(program, placement.block);
  if (!cache || key === null) return openSession(lowered(program, placement), device, tuning);
  const known = cache.get(key);
  if (known === null) return openAndKeep(cache, key, lowered(program, placement), device);
  try {
    return await openSession(known, device, { isOptimised: true });
  } catch {
    cache.forget(key);
    return openSession(lowered(program, placement), device);
  }
}

function lowered(program: Program, placement: Placement): Uint8Array {
  return lowerGraph(graphOf(program), { name: program.name, ...placement }).model;
}

/** ONNX Runtime writes what its optimiser made of the model while it opens it. */
async function openAndKeep(
  cache: GraphCache,
  key: string,
  model: Uint8Array,
  device: DeviceId,
): Promise<InferenceSession> {
  cache.makeFolder();
  const written = `${cache.draft(key)}.onnx`;
  try {
    const session = await openSession(model, device, { optimisedTo: written });
    cache.put(key, readFileSync(written));
    return session;
  } catch {
    return openSession(model, device);
  } finally {
    rmSync(written, { force: true });
  }
}
