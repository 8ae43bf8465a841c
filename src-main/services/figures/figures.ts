/** Figures of single images as files: what the runs say of the image, the pictures, and the drawing of both. */
import sharp from 'sharp';
import { faceFigure, type FigureData, type FigureRun } from '../../../src-shared/figures/face-figure.ts';
import type { FigureFile, FigureRequest } from '../../../src-shared/domain/figure.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { camContour, camPixels } from '../../../src-shared/plots/cam.ts';
import { decodeSquare, SIDE } from '../images/pixels.ts';
import { readImageFile } from '../images/read.ts';
import { renderForBrowser } from '../images/render.ts';
import { requireRun, type OpenProject } from '../runs/context.ts';
import type { Runs } from '../runs/runs.ts';

/** Longer side of the original in a figure: four times the panel it stands in. */
const ORIGINAL = 896;

const uri = (type: string, bytes: Uint8Array): string => `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;

async function pngUri(pixels: Uint8Array | Uint8ClampedArray, channels: 3 | 4): Promise<string> {
  const png = sharp(pixels, { raw: { width: SIDE, height: SIDE, channels } }).png();
  return uri('image/png', await png.toBuffer());
}

/** The whole picture, upright, as any reader of SVG shows it. */
async function original(file: string): Promise<FigureData['picture']> {
  const whole = await renderForBrowser(await readImageFile(file));
  const { width, height } = await sharp(whole.bytes).metadata();
  const small = sharp(whole.bytes).resize(ORIGINAL, ORIGINAL, { fit: 'inside', withoutEnlargement: true });
  const bytes = await (whole.type === 'image/png' ? small.png() : small.jpeg({ quality: 92 })).toBuffer();
  return { uri: uri(whole.type, bytes), width, height };
}

export class Figures {
  readonly #project: OpenProject;
  readonly #runs: Pick<Runs, 'explain'>;

  constructor(project: OpenProject, runs: Pick<Runs, 'explain'>) {
    this.#project = project;
    this.#runs = runs;
  }

  /**
   * Computes the maps anew, so that a figure shows the face as it is cut now.
   * @throws FailureError 'not-found', 'unreadable', 'conflict' for a run without a checkpoint, and those of the engine.
   */
  async draw({ image, run, baseline, kind, method, range }: FigureRequest): Promise<FigureFile> {
    const { store } = this.#project.require();
    const found = store.images.file(image);
    const row = store.images.rows([image], run)[0];
    if (found === null || row === undefined)
      throw new FailureError({
        kind: 'not-found',
        message: `There is no image ${image} in this project.`,
        remedy: 'Choose one from the gallery; its dataset may have been removed.',
      });
    // A run without variances has no map of them.
    const drawn = async (of: number): Promise<FigureRun> => {
      const { vich, name } = requireRun({ store }, of);
      const kindOfMap = method === 'logvar' && !vich ? 'gradcam' : method;
      const told = await this.#runs.explain({ run: of, image, method: kindOfMap });
      const { classes, mu, logvar, landmarks, width, height } = told;
      const cells = width * height;
      const maps = await Promise.all(
        classes.map(async (_, at) => {
          const map = { values: told.cams.subarray(at * cells, (at + 1) * cells), width, height };
          return { picture: await pngUri(camPixels(map, SIDE), 4), contour: camContour(map, 0.5) };
        }),
      );
      return { name, classes, mu, logvar, landmarks, maps, method: kindOfMap };
    };
    const own = await drawn(run);
    const other = baseline === null || kind === 'error' ? null : await drawn(baseline);
    return faceFigure(kind, {
      file: row.path,
      label: row.label,
      face: await pngUri(await decodeSquare(found.file, found.box), 3),
      picture: await original(found.file),
      run: own,
      baseline: other,
      range,
    });
  }
}
