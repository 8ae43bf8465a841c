/** What travels between the services and the engine process. Arrays are cloned as they are, never turned into JSON. */
import type { Failure } from '../../../../src-shared/domain/failure.ts';
import type { DeviceId, DeviceWork } from '../../../../src-shared/domain/device.ts';
import type { StopReason } from '../../../../src-shared/domain/job.ts';
import type { Expression } from '../../../../src-shared/domain/expression.ts';
import type { AugmentedVersions } from '../../../../src-shared/domain/run.ts';
import type { ModelExport } from '../../../../src-shared/domain/model.ts';
import type { PlainExamination } from '../checkpoint/examine.ts';
import type { ConvertedFile } from '../checkpoint/pytorch/convert.ts';
import type {
  BenchmarkMeasurement,
  CheckpointInfo,
  Engine,
  ExportRequest,
  ExplainedImage,
  FeatureBatch,
  FileToPredict,
  HeadOutcome,
  HeadPlan,
  HeadProgress,
  PredictedBatch,
  TrainingEvent,
  TrainingOutcome,
  TrainingPlan,
} from '../interface.ts';
import type { DeviceFacts } from '../runtime/inventory.ts';
import type { BenchmarkTask } from '../runtime/benchmark.ts';

/** A request as it reaches the engine process: the device is chosen. */
type OnDevice<T> = Omit<T, 'device'> & { readonly device: DeviceId };

/** Every call, declared once: what goes in, what is told on the way, what comes out. */
export interface Calls {
  inventory: { params: null; event: never; value: DeviceFacts[] };
  probe: { params: { device: DeviceId }; event: never; value: null };
  /** Seconds that a small piece of such work takes. */
  measure: { params: { device: DeviceId; work: DeviceWork }; event: never; value: number };
  benchmark: { params: BenchmarkTask; event: number; value: BenchmarkMeasurement };
  inspect: { params: { checkpoint: string }; event: never; value: CheckpointInfo };
  predict: {
    params: { checkpoint: string; files: readonly FileToPredict[]; device: DeviceId };
    event: PredictedBatch;
    value: null;
  };
  features: { params: Calls['predict']['params']; event: FeatureBatch; value: null };
  trainHead: { params: OnDevice<HeadPlan>; event: HeadProgress; value: HeadOutcome };
  explain: { params: OnDevice<Parameters<Engine['explain']>[0]>; event: never; value: ExplainedImage };
  /** `initialNames`: what the files of initial weights are called, for the log; the files themselves may be copies. */
  train: {
    params: OnDevice<TrainingPlan> & { readonly initialNames?: readonly string[] };
    event: TrainingEvent;
    value: TrainingOutcome;
  };
  augmented: { params: Parameters<Engine['augmented']>[0]; event: never; value: AugmentedVersions };
  /** Steps of rising rates: nothing is kept. */
  rangeTest: {
    params: { plan: Calls['train']['params']; from: number; to: number; steps: number };
    event: { step: number; rate: number; loss: number };
    value: null;
  };
  /** How fast a batch passes, and the process's memory then. */
  measureBatch: {
    params: Calls['train']['params'];
    event: never;
    value: { imagesPerSecond: number | null; memory: number };
  };
  /** Runs in the reader, a process for one file alone: from a PyTorch file to a safetensors file with the same tensors. */
  convert: { params: { file: string; out: string }; event: never; value: ConvertedFile };
  examine: { params: { plain: string; vich?: boolean }; event: never; value: PlainExamination };
  adopt: {
    params: { plain: string; classes: readonly Expression[]; vich?: boolean; out: string; sourceHash: string };
    event: never;
    value: CheckpointInfo;
  };
  exportModel: { params: ExportRequest; event: never; value: ModelExport };
  initialise: { params: Parameters<Engine['initialise']>[0]; event: never; value: CheckpointInfo };
}

export type CallName = keyof Calls;

export interface CallMessage<N extends CallName> {
  readonly kind: 'call';
  readonly id: number;
  readonly name: N;
  readonly params: Calls[N]['params'];
}

export type ToEngine =
  | { [N in CallName]: CallMessage<N> }[CallName]
  | { readonly kind: 'cancel'; readonly id: number; readonly reason: StopReason }
  /** The last event of this call has been dealt with; the engine may go on. */
  | { readonly kind: 'taken'; readonly id: number };

export type FromEngine =
  | { readonly kind: 'event'; readonly id: number; readonly event: Calls[CallName]['event'] }
  | { readonly kind: 'value'; readonly id: number; readonly value: Calls[CallName]['value'] }
  | {
      readonly kind: 'failure';
      readonly id: number;
      readonly failure: Failure;
      /** The process is of no use any more: it is ended, and the next call starts another. */
      readonly endsProcess?: boolean;
    };

/** What the body of a call is given inside the engine process. */
export interface CallContext<N extends CallName> {
  /** Tells an event; resolves when the other side has dealt with it. */
  readonly tell: (event: Calls[N]['event']) => Promise<void>;
  readonly signal: AbortSignal;
}

export type CallBodies = {
  readonly [N in CallName]: (params: Calls[N]['params'], context: CallContext<N>) => Promise<Calls[N]['value']>;
};
/** One body a call of the engine: a forgotten one does not compile. */
export type CallTable = Omit<CallBodies, 'convert'>;
/** What the reader does, and nothing else. */
export type ReaderTable = Pick<CallBodies, 'convert'>;
