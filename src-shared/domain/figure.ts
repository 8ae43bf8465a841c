/** Figures of one image as the paper prints them, made as files of their own. */
import { z } from 'zod';
import { CamMethod } from './cam.ts';

export const FIGURE_KINDS = ['vich', 'maps', 'error'] as const;
export const FigureKind = z.enum(FIGURE_KINDS);
export type FigureKind = z.infer<typeof FigureKind>;

export const FIGURE_FACES: Readonly<Record<FigureKind, { readonly title: string; readonly sentence: string }>> = {
  vich: {
    title: 'Face, map and VICH curves',
    sentence: 'One normal curve a class, the baseline’s mu as marks: fig. 5 of the paper.',
  },
  maps: { title: 'Landmarks and maps, both runs', sentence: 'The baseline above the run: fig. 3 of the paper.' },
  error: {
    title: 'Error analysis, four panels',
    sentence: 'Map of the label, map of the prediction, input, original.',
  },
};

export const FigureRequest = z.object({
  image: z.number().int(),
  run: z.number().int(),
  /** Another run that is drawn beside it; null for none. */
  baseline: z.number().int().nullable(),
  kind: FigureKind,
  method: CamMethod.default('gradcam'),
  /** Ends of the intensity axis; null: as this image needs them. */
  range: z.tuple([z.number(), z.number()]).nullable().default(null),
});
export type FigureRequest = z.infer<typeof FigureRequest>;

/** A figure as a file: SVG text with all pictures in it, and its size in CSS pixels. */
export const FigureFile = z.object({ svg: z.string(), width: z.number(), height: z.number(), summary: z.string() });
export type FigureFile = z.infer<typeof FigureFile>;
