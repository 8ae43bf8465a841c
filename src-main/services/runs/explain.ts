/** Class-activation maps as they are shown. */
import type { CamMethod } from '../../../src-shared/domain/cam.ts';
import type { Explanation, Run } from '../../../src-shared/domain/run.ts';
import type { ExplainedImage } from '../engine/interface.ts';

/**
 * Scales each class's map to 0..1 by its own minimum and maximum, as the official error analysis does; a map without any
 * difference becomes zero.
 * @param cams [classes, cells].
 */
export function scaleMaps(cams: Float32Array, classes: number): Float32Array<ArrayBuffer> {
  const cells = cams.length / classes;
  const scaled = new Float32Array(cams.length);
  for (let index = 0; index < classes; index++) {
    const map = cams.subarray(index * cells, (index + 1) * cells);
    const low = map.reduce((least, value) => Math.min(least, value), Infinity);
    const high = map.reduce((most, value) => Math.max(most, value), -Infinity);
    if (high > low)
      scaled.set(
        map.map((value) => (value - low) / (high - low)),
        index * cells,
      );
  }
  return scaled;
}

/** What the engine found, as the clients get it. */
export function explanationOf(run: Run, image: number, method: CamMethod, found: ExplainedImage): Explanation {
  const { height, width } = found;
  const copy = (values: Float32Array | null) => values && new Float32Array(values);
  return {
    run: run.id,
    image,
    method,
    classes: run.classes,
    mu: new Float32Array(found.mu),
    logvar: copy(found.logvar),
    cams: scaleMaps(found.cams, run.classes.length),
    height,
    width,
    landmarks: copy(found.landmarks),
  };
}
