import { z } from 'zod';
import { Dataset, ImportCandidate, ImportPreview, ImportReport, ImportRequest, SplitPlan } from '../domain/dataset.ts';
import { Facets, ImageDetail, ImageQuery, ImageRow } from '../domain/image.ts';
import { Job } from '../domain/job.ts';
import { ImageSelection, LabelBatch, LabelChange } from '../domain/label.ts';
import { Project, RecentProject } from '../domain/project.ts';
import { Device, DeviceChoice, Evaluation, Explanation, Preset, Run, RunMetrics, TrainRequest } from '../domain/run.ts';
import { methods } from './define.ts';

const nothing = z.object({}).strict();
const id = z.number().int();

/** The application, its projects and the files a person can point it at. */
const application = methods({
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

const data = methods({
  'datasets.list': { params: nothing, value: z.array(Dataset) },
  'datasets.remove': { params: z.object({ dataset: id }), value: z.null() },
  'import.detect': { params: z.object({ source: z.string().min(1) }), value: z.array(ImportCandidate) },
  'import.preview': { params: ImportRequest, value: ImportPreview },
  'import.start': {
    params: ImportRequest.extend({ name: z.string().min(1).max(120), split: SplitPlan.optional() }),
    value: z.object({ job: id }),
  },
  'import.report': { params: z.object({ dataset: id }), value: ImportReport },
});

/** The gallery reads a snapshot: the ids of a query in order, so that labelling never makes tiles jump. */
const images = methods({
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
  'images.get': { params: z.object({ image: id, run: id.nullable() }), value: ImageDetail },
});

const labels = methods({
  'labels.apply': { params: z.object({ on: ImageSelection, change: LabelChange }), value: LabelBatch },
  'labels.undo': { params: nothing, value: LabelBatch },
  'labels.redo': { params: nothing, value: LabelBatch },
  /** Undo state after opening a project. */
  'labels.state': { params: nothing, value: z.object({ canUndo: z.boolean(), canRedo: z.boolean() }) },
});

const runs = methods({
  'train.presets': { params: nothing, value: z.array(Preset) },
  'train.start': { params: TrainRequest, value: z.object({ run: id, job: id }) },
  'runs.list': { params: nothing, value: z.array(Run) },
  'runs.metrics': { params: z.object({ run: id }), value: RunMetrics },
  'runs.rename': { params: z.object({ run: id, name: z.string().min(1).max(120) }), value: z.null() },
  'runs.remove': { params: z.object({ run: id }), value: z.null() },
  /** A checkpoint file as a run of its own, ready to predict and explain. */
  'runs.importCheckpoint': {
    params: z.object({ path: z.string().min(1), name: z.string().max(120).optional() }),
    value: Run,
  },
  'runs.predict': {
    params: z.object({ run: id, dataset: id, split: z.string().nullable(), device: DeviceChoice }),
    value: z.object({ job: id }),
  },
  'runs.evaluate': { params: z.object({ run: id, dataset: id, split: z.string().nullable() }), value: Evaluation },
  'runs.explain': { params: z.object({ run: id, image: id }), value: Explanation },
  'devices.list': { params: nothing, value: z.array(Device) },
});

const jobs = methods({
  'jobs.list': { params: nothing, value: z.array(Job) },
  'jobs.cancel': { params: z.object({ job: id }), value: z.null() },
});

/** Every method of every door: declared here once, the client's and the server's types are derived. */
export const METHODS = { ...application, ...data, ...images, ...labels, ...runs, ...jobs } as const;

export type MethodName = keyof typeof METHODS;
export type Params<M extends MethodName> = z.infer<(typeof METHODS)[M]['params']>;
export type Value<M extends MethodName> = z.infer<(typeof METHODS)[M]['value']>;
