/**
 * POSTER-Var ("Facial expression recognition via variational inference", Scientific Reports 16:7323, 2026) as one pure
 * function of weights and images, read from the pixels down to mu and logvar.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { sizeTable } from './config.ts';
import type { ModelConfig } from './config.ts';
import { embedLevels } from './embed.ts';
import { head } from './head.ts';
import type { HeadOutput } from './head.ts';
import { ir50 } from './ir50.ts';
import { at, convolution, everyNth } from './layers.ts';
import type { Mode, Network } from './layers.ts';
import { landmarkPoints, mobileFaceNet } from './mobilefacenet.ts';
import { visionTransformer } from './vit.ts';
import { attendLevel } from './window-attention.ts';

export type { Mode } from './layers.ts';

/** The tensor of an official name, in PyTorch's layout. */
export type Params = (name: string) => Tensor;

export type Levels = readonly [Tensor4D, Tensor4D, Tensor4D];

/** What the two backbones give: image and landmark maps of equal shapes a level, before any attention. */
export interface Pyramid {
  /** Outputs of conv1..3; the third is conv3, which Grad-CAM looks at: [B, 7, 7, C]. */
  readonly images: Levels;
  readonly landmarks: Levels;
  /** The landmark backbone's coarsest map, from which the points are read. */
  readonly coarse: Tensor4D;
}

export interface Outputs {
  readonly mu: Tensor2D;
  readonly logvar: Tensor2D | null;
  /** [B, width], the input of the head. */
  readonly features: Tensor2D;
  /** [B, 136] landmark points; null for sizes without a trained regressor. */
  readonly landmarks: Tensor2D | null;
  readonly conv3: Tensor4D;
}

/** The network's settings and weights, as its parts read them. */
export function network(params: Params, config: ModelConfig, mode: Mode): Network {
  return { config, size: sizeTable(config.size), weight: params, prefix: '', mode };
}

/**
 * The whole network.
 * @param images [B, 3, 224, 224], RGB in 0..1 normalised by ImageNet's mean and deviation.
 */
export function forward(params: Params, images: Tensor4D, config: ModelConfig, mode: Mode): Outputs {
  const pyramid = backbones(params, images, config, mode);
  const landmarks = landmarksOf(params, pyramid, config, mode);
  return { ...classify(params, pyramid, config, mode), landmarks, conv3: pyramid.images[2] };
}

/** From the pixels to both backbones' maps, level by level. */
export function backbones(params: Params, images: Tensor4D, config: ModelConfig, mode: Mode): Pyramid {
  const net = network(params, config, mode);
  const pixels = everyNth(tf.transpose(images, [0, 2, 3, 1]), net.size.sampleStep);
  const { maps } = mobileFaceNet(at(net, 'face_landback'), pixels);
  const [, , coarse] = maps;
  const image = ir50(at(net, 'ir_back'), pixels);
  const images224 = image.map((map, level) =>
    convolution(net, `conv${level + 1}`, map, net.size.pyramid[level]?.stride ?? 1, true),
  ) as [Tensor4D, Tensor4D, Tensor4D];
  const facial = convolution(net, 'last_face_conv', coarse, 1, true);
  return { images: images224, landmarks: [maps[0], maps[1], facial], coarse };
}

/** From the maps to mu and logvar: attention a level, fusion, transformer, head. */
export function classify(
  params: Params,
  pyramid: Pyramid,
  config: ModelConfig,
  mode: Mode,
): Pick<Outputs, 'mu' | 'logvar' | 'features'> {
  const net = network(params, config, mode);
  const levels = pyramid.images.map((map, level) => attendLevel(net, level, map, pyramid.landmarks[level] ?? map)) as [
    Tensor4D,
    Tensor4D,
    Tensor4D,
  ];
  return fuse(params, levels, config, mode);
}

/** From the levels after their attention to mu and logvar: fusion, transformer, head. */
export function fuse(
  params: Params,
  levels: Levels,
  config: ModelConfig,
  mode: Mode,
): Pick<Outputs, 'mu' | 'logvar' | 'features'> {
  const net = network(params, config, mode);
  const features = visionTransformer(at(net, 'VIT'), embedLevels(net, levels));
  return { ...judge(params, features, config, mode), features };
}

/** From the features to mu and logvar: the part that head-only training trains. */
export function judge(params: Params, features: Tensor2D, config: ModelConfig, mode: Mode): HeadOutput {
  return head(at(network(params, config, mode), 'VIT'), features);
}

/** The 68 landmark points, where the size has a trained regressor. */
export function landmarksOf(params: Params, pyramid: Pyramid, config: ModelConfig, mode: Mode): Tensor2D | null {
  const net = network(params, config, mode);
  return net.size.landmarks.regressor ? landmarkPoints(at(net, 'face_landback'), pyramid.coarse) : null;
}
