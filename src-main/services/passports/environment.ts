/** The versions of what computes, as a passport names them. */
import { cpus } from 'node:os';
import onnxruntime from 'onnxruntime-node/package.json' with { type: 'json' };
import tensorflow from '@tensorflow/tfjs-core/package.json' with { type: 'json' };
import workbench from '../../../package.json' with { type: 'json' };
import type { Environment } from '../../../src-shared/domain/passport.ts';

export function environment(): Environment {
  return {
    workbench: workbench.version,
    node: process.versions.node,
    onnxruntime: onnxruntime.version,
    tensorflow: tensorflow.version,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? '',
  };
}
