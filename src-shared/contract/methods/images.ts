import { z } from 'zod';
import { FigureFile, FigureRequest } from '../../domain/figure.ts';
import { AttributeSample, Facets, ImageDetail, ImageQuery, ImageRow, SigmaRank } from '../../domain/image.ts';
import { SimilarImages } from '../../domain/similar.ts';
import { methods } from '../define.ts';
import { id } from './common.ts';

/** The gallery reads a snapshot: the ids of a query in order, so that labelling never makes tiles jump. */
export const images = methods({
  'images.open': { params: ImageQuery, value: z.object({ snapshot: z.string(), total: z.number().int() }) },
  'images.page': {
    params: z.object({
      snapshot: z.string(),
      offset: z.number().int().min(0),
      limit: z.number().int().min(1).max(500),
    }),
    value: z.array(ImageRow),
  },
  /** Tiles by id, e.g. after labelling; unknown ids are left out. */
  'images.rows': { params: z.object({ images: z.array(id).max(1_000), run: id.nullable() }), value: z.array(ImageRow) },
  /** Position of an image in a snapshot, or -1. */
  'images.locate': { params: z.object({ snapshot: z.string(), image: id }), value: z.number().int() },
  'images.facets': { params: ImageQuery.omit({ sort: true, descending: true }), value: Facets },
  /** Further facts of a dataset's images, from the first few hundred of them: for completing a query. */
  'images.attributes': { params: z.object({ dataset: id }), value: z.array(AttributeSample) },
  /** Where an image's sigma stands within its predicted class; null without a prediction or without VICH. */
  'images.sigmaRank': { params: z.object({ image: id, run: id }), value: SigmaRank.nullable() },
  /** Nearest in the space of the features that the run's head reads. */
  'images.similar': {
    params: z.object({ image: id, run: id, limit: z.number().int().min(1).max(100) }),
    value: SimilarImages,
  },
  /** A figure of one image as a file, with all pictures in it. */
  'images.figure': { params: FigureRequest, value: FigureFile },
  'images.get': { params: z.object({ image: id, run: id.nullable() }), value: ImageDetail },
});
