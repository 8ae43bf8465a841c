import { z } from 'zod';

/** What can be made again, and is when it is needed: clearing it costs time, and nothing of a person's own. */
export const CacheName = z.enum(['thumbnails', 'graphs']);
export type CacheName = z.infer<typeof CacheName>;

/** What takes room on the disk, of the open project and of the application. */
export const StorageName = z.enum([...CacheName.options, 'records', 'images', 'checkpoints', 'features', 'rest']);
export type StorageName = z.infer<typeof StorageName>;

export const StorageItem = z.object({
  name: StorageName,
  /** A folder, or the one that its files lie in. */
  folder: z.string(),
  files: z.number().int().nonnegative(),
  bytes: z.number().nonnegative(),
});
export type StorageItem = z.infer<typeof StorageItem>;
