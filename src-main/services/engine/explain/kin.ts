/**
 * Grad-CAM and its kin as plain arithmetic on one layer's activations A and the gradients g of each class's score on them. With C
 * channels and P places (7 × 7), all row-major: activations [P, C], gradients [classes, P, C]; a map is [P], not below 0, before any
 * scaling. The formulas are those of pytorch-grad-cam, with which the tests compare.
 */

/** What the maps are made of. */
export interface Sensitivity {
  readonly classes: number;
  readonly places: number;
  readonly channels: number;
  /** [places, channels] */
  readonly activations: Float32Array;
  /** [classes, places, channels] */
  readonly gradients: Float32Array;
}

/** One number a channel for one class: [channels]. */
type ChannelWeights = (of: Sensitivity, gradient: Float32Array) => Float64Array;

/** Keeps the denominator of Grad-CAM++ from zero; the value of pytorch-grad-cam. */
const EPSILON = 1e-6;

/** ReLU(sum over channels of w_c A_c), with w_c the mean of the gradient over places (Selvaraju et al. 2017). [classes, places] */
export function gradCam(of: Sensitivity): Float32Array {
  return weighted(of, ({ places, channels }, gradient) => {
    const weights = new Float64Array(channels);
    gradient.forEach((g, at) => (weights[at % channels] = (weights[at % channels] ?? 0) + g / places));
    return weights;
  });
}

/**
 * The same with w_c = sum over places of alpha · ReLU(g), alpha = g² / (2 g² + g³ · sum over places of A_c), which is 0 where g is 0
 * (Chattopadhyay et al. 2018, for a score that enters as its exponential). [classes, places]
 */
export function gradCamPlusPlus(of: Sensitivity): Float32Array {
  const { channels, activations } = of;
  const sums = new Float64Array(channels);
  activations.forEach((a, at) => (sums[at % channels] = (sums[at % channels] ?? 0) + a));
  return weighted(of, (_, gradient) => {
    const weights = new Float64Array(channels);
    gradient.forEach((g, at) => {
      if (g <= 0) return;
      const channel = at % channels;
      const alpha = g ** 2 / (2 * g ** 2 + (sums[channel] ?? 0) * g ** 3 + EPSILON);
      weights[channel] = (weights[channel] ?? 0) + alpha * g;
    });
    return weights;
  });
}

/** ReLU(sum over channels of g · A, place by place) (Draelos and Carin 2020). [classes, places] */
export function hiResCam({ classes, places, channels, activations, gradients }: Sensitivity): Float32Array {
  const maps = new Float32Array(classes * places);
  const size = places * channels;
  for (let map = 0; map < maps.length; map++) {
    const [start, place] = [Math.floor(map / places) * size, map % places];
    let sum = 0;
    for (let at = place * channels; at < (place + 1) * channels; at++)
      sum += (gradients[start + at] ?? 0) * (activations[at] ?? 0);
    maps[map] = Math.max(0, sum);
  }
  return maps;
}

function weighted(of: Sensitivity, weigh: ChannelWeights): Float32Array {
  const { classes, places, channels, activations, gradients } = of;
  const size = places * channels;
  const maps = new Float32Array(classes * places);
  for (let label = 0; label < classes; label++) {
    const weights = weigh(of, gradients.subarray(label * size, (label + 1) * size));
    for (let place = 0; place < places; place++) {
      let sum = 0;
      weights.forEach((weight, channel) => (sum += weight * (activations[place * channels + channel] ?? 0)));
      maps[label * places + place] = Math.max(0, sum);
    }
  }
  return maps;
}
