import { z } from 'zod';
import { Expression } from './expression.ts';
import { ModelSize } from './run.ts';

export const ModelFormat = z.enum(['safetensors', 'pth', 'onnx']);
export type ModelFormat = z.infer<typeof ModelFormat>;

/** Only an ONNX file has another one than float32. */
export const ModelPrecision = z.enum(['float32', 'float16', 'int8']);
export type ModelPrecision = z.infer<typeof ModelPrecision>;

/** Largest |difference| of mu and logvar to the app's own output that a float32 file may have. */
export const EXPORT_TOLERANCE = 1e-4;
/** Share of the validation split by which accuracy may fall in fewer bits. */
export const ACCURACY_TOLERANCE = 0.005;
/** Images that an exported file is run on. */
export const VERIFIED_IMAGES = 32;

/** What an exported file was found to give, after it was read again. */
export const ModelExport = z.object({
  file: z.string(),
  format: ModelFormat,
  precision: ModelPrecision,
  bytes: z.number().int(),
  /** SHA-256 of the file, hex. */
  hash: z.string(),
  /** Images compared, and whether they were of the validation split or drawn at random because there was none. */
  images: z.number().int(),
  source: z.enum(['validation', 'generated']),
  /** Largest |difference| of mu and logvar to the app's own output. */
  difference: z.number(),
  /** In fewer bits: accuracy on the validation split, as it was and as the file has it. */
  accuracy: z.object({ app: z.number(), file: z.number(), images: z.number().int() }).nullable(),
  createdAt: z.string(),
});
export type ModelExport = z.infer<typeof ModelExport>;

/** What a file holds: the whole network, one of its backbones (initial weights only), or nothing of it. */
export const ModelPart = z.enum(['model', 'ir_back', 'face_landback', 'none']);
export type ModelPart = z.infer<typeof ModelPart>;

/** Each part as a person calls it. */
export const PART_TITLES: Readonly<Record<ModelPart, string>> = {
  model: 'whole network',
  ir_back: 'IR50 backbone',
  face_landback: 'MobileFaceNet backbone',
  none: 'not known',
};

/** A foreign file after the safe read, against the official parameter table. */
export const Examination = z.object({
  path: z.string(),
  format: z.enum(['safetensors', 'pytorch-zip', 'pytorch-legacy']),
  bytes: z.number().int(),
  tensors: z.number().int(),
  part: ModelPart,
  /** The model that its tensors fit; null where it holds nothing of one. */
  size: ModelSize.nullable(),
  /** What stands before the official names, e.g. "state_dict.module.". */
  prefix: z.string(),
  /** Null unless it is a whole network. */
  model: z
    .object({
      size: ModelSize,
      classes: z.number().int(),
      vich: z.boolean(),
      /** Both heads stand in it, and which one was trained is for its owner to say. */
      bothHeads: z.boolean(),
      layerEmbedding: z.boolean(),
    })
    .nullable(),
  matched: z.number().int(),
  missing: z.array(z.string()),
  unexpected: z.array(z.string()),
  /** "name [3] instead of [96]". */
  misshapen: z.array(z.string()),
  /** Why it cannot be imported as a model, in sentences; empty when it can. */
  obstacles: z.array(z.string()),
  /** What to know before trusting it. */
  warnings: z.array(z.string()),
  /** Class order that the file itself names; null when it says nothing. */
  order: z.array(Expression).nullable(),
  /** Numbers and texts beside the tensors, e.g. epoch. */
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
  /** Classes and functions that the file names and that mean nothing here. */
  unknown: z.array(z.string()),
});
export type Examination = z.infer<typeof Examination>;

/** Accuracy of a foreign model under one reading of its outputs. */
export const OrderAccuracy = z.object({
  name: z.string(),
  order: z.array(Expression),
  accuracy: z.number(),
});

/** A smoke test and, with labelled images, what each known class order would give. */
export const OrderCheck = z.object({
  images: z.number().int(),
  labelled: z.number().int(),
  /** Every output was a finite number. */
  finite: z.boolean(),
  orders: z.array(OrderAccuracy),
  /** Of each output, how many labelled images of each class it was highest on: any order's accuracy follows. */
  outputs: z.array(z.partialRecord(Expression, z.number().int())),
});
export type OrderCheck = z.infer<typeof OrderCheck>;

/** Share of the labelled images that are right when the outputs mean this; null where none is labelled. */
export function accuracyOf({ outputs, labelled }: OrderCheck, order: readonly Expression[]): number | null {
  if (labelled === 0) return null;
  return order.reduce((sum, expression, output) => sum + (outputs[output]?.[expression] ?? 0), 0) / labelled;
}
