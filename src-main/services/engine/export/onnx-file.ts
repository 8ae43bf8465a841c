/** POSTER-Var as an ONNX model for other programs: any batch, mu and logvar, nothing but standard operators. */
import type { ModelPrecision } from '../../../../src-shared/domain/model.ts';
import type { CheckpointMeta } from '../checkpoint/metadata.ts';
import { encodeMeta } from '../checkpoint/metadata.ts';
import type { ModelConfig } from '../model/config.ts';
import type { Weights } from '../model/initialise.ts';
import { forward } from '../model/poster-var.ts';
import { constantsFor, modelProgram } from '../runtime/graphs.ts';
import type { Graph } from '../trace/graph.ts';
import { encodeModel, portableModel } from '../trace/onnx.ts';
import { graphOf } from '../trace/program.ts';
import type { OnnxModel } from '../trace/onnx.ts';
import { inFloat16, inInt8 } from '../trace/precision.ts';
import { withAnyBatch } from '../trace/symbolic.ts';

function outputGraph(config: ModelConfig, batch: number): Graph {
  const program = modelProgram('poster-var', config, batch, (params, images) => {
    const { mu, logvar } = forward(params, images, config, { kind: 'eval' });
    return { mu, ...(logvar && { logvar }) };
  });
  return graphOf(program);
}

const PRECISIONS: Readonly<Record<ModelPrecision, (model: OnnxModel) => OnnxModel>> = {
  float32: (model) => model,
  float16: inFloat16,
  int8: inInt8,
};

/**
 * @param extra further metadata.
 * @returns the file: input `images` [batch, 3, 224, 224], outputs `mu` and, with VICH, `logvar` [batch, classes], float32.
 */
export function onnxFile(
  weights: Weights,
  meta: CheckpointMeta,
  precision: ModelPrecision,
  extra: Readonly<Record<string, string>>,
): Uint8Array {
  const constants = constantsFor(meta.config, weights);
  const model = withAnyBatch((batch) =>
    portableModel(outputGraph(meta.config, batch), { constants, name: 'poster-var' }),
  );
  return encodeModel(PRECISIONS[precision](model), encodeMeta(meta, { ...extra, precision }));
}
