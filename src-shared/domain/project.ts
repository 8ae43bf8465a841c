import { z } from 'zod';

/** The project that is open: a folder with the database, checkpoints and the thumbnail cache. */
export const Project = z.object({
  path: z.string(),
  name: z.string(),
  /** The built-in sample project of synthetic faces. */
  sample: z.boolean(),
  openedAt: z.string(),
});
export type Project = z.infer<typeof Project>;

/** A line of the home screen's list; counts are read from the database without taking its lock. */
export const RecentProject = z.object({
  path: z.string(),
  name: z.string(),
  sample: z.boolean(),
  openedAt: z.string(),
  /** Why the project cannot be opened (folder gone, newer schema …), or null. */
  problem: z.string().nullable(),
  images: z.number().int(),
  datasets: z.number().int(),
  runs: z.number().int(),
  /** Images with a person's annotation. */
  reviewed: z.number().int(),
  bestAccuracy: z.number().nullable(),
  /** Up to three image ids for the row's thumbnails: only of the open project, else empty. */
  faces: z.array(z.number().int()),
});
export type RecentProject = z.infer<typeof RecentProject>;
