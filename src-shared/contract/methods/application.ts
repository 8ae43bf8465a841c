import { z } from 'zod';
import { Project, RecentProject } from '../../domain/project.ts';
import { CacheName, StorageItem } from '../../domain/storage.ts';
import { methods } from '../define.ts';
import { id, nothing } from './common.ts';

/** The application, its projects and the files a person can point it at. */
export const application = methods({
  'app.info': {
    params: nothing,
    value: z.object({
      version: z.string(),
      host: z.enum(['desktop', 'web']),
      platform: z.string(),
      /** Where a file browser starts. */
      homeFolder: z.string(),
      annotator: z.string(),
    }),
  },
  'project.recent': { params: nothing, value: z.array(RecentProject) },
  'project.current': { params: nothing, value: Project.nullable() },
  'project.create': { params: z.object({ path: z.string().min(1), name: z.string().min(1).max(120) }), value: Project },
  'project.open': { params: z.object({ path: z.string().min(1) }), value: Project },
  /** Opens the sample, making it first where needed: then `job` makes it and the gallery fills as it goes. */
  'project.openSample': { params: nothing, value: z.object({ project: Project, job: id.nullable() }) },
  'project.forget': { params: z.object({ path: z.string().min(1) }), value: z.null() },
  /** What the open project and the application take on the disk. */
  'storage.measure': { params: nothing, value: z.array(StorageItem) },
  /** Deletes what can be made again; the answer says how much that was. */
  'storage.clear': { params: z.object({ name: CacheName }), value: StorageItem.pick({ files: true, bytes: true }) },
  /** One folder's entries, folders first; for choosing a source in a browser or window alike. */
  'files.list': {
    params: z.object({ path: z.string() }),
    value: z.object({
      path: z.string(),
      parent: z.string().nullable(),
      entries: z.array(
        z.object({
          name: z.string(),
          path: z.string(),
          kind: z.enum(['folder', 'table', 'image', 'checkpoint', 'other']),
        }),
      ),
      /** True when the folder holds more entries than are listed. */
      truncated: z.boolean(),
    }),
  },
});
