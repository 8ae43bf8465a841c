/** The benchmark form as typed, and the request that it makes. */
import {
  LARGEST_BATCH,
  MOST_BATCHES,
  MOST_REPEATS,
  MOST_WARM_UP,
  type BenchmarkModel,
  type BenchmarkRequest,
} from '../../../src-shared/domain/benchmark.ts';
import type { DeviceId } from '../../../src-shared/domain/device.ts';

export interface BenchmarkDraft {
  readonly devices: readonly DeviceId[];
  /** "paper", "paper-plain", "tiny", "tiny-plain", or the id of a run. */
  readonly model: string;
  /** "1, 8" */
  readonly batches: string;
  readonly warmUp: string;
  readonly repeats: string;
}

export const NEW_BENCHMARK: Omit<BenchmarkDraft, 'devices'> = {
  model: 'paper',
  batches: '1, 8',
  warmUp: '10',
  repeats: '100',
};

export type BenchmarkProblems = Partial<Record<keyof BenchmarkDraft, string>>;

const within = (text: string, least: number, most: number): number | null => {
  const value = Number(text);
  return /^\s*\d+\s*$/.test(text) && value >= least && value <= most ? value : null;
};

/** The request, or what is wrong with which field. */
export function readBenchmark(draft: BenchmarkDraft): { request: BenchmarkRequest } | { problems: BenchmarkProblems } {
  const parts = draft.batches.split(',').map((part) => within(part, 1, LARGEST_BATCH));
  const batches = parts.flatMap((part) => part ?? []);
  const warmUp = within(draft.warmUp, 0, MOST_WARM_UP);
  const repeats = within(draft.repeats, 2, MOST_REPEATS);
  const problems: BenchmarkProblems = {
    ...(draft.devices.length === 0 && { devices: 'Choose a device.' }),
    ...(batches.length !== parts.length && {
      batches: `Whole numbers from 1 to ${LARGEST_BATCH}, with commas between.`,
    }),
    ...(batches.length > MOST_BATCHES && { batches: `At most ${MOST_BATCHES} sizes.` }),
    ...(warmUp === null && { warmUp: `A whole number from 0 to ${MOST_WARM_UP}.` }),
    ...(repeats === null && { repeats: `A whole number from 2 to ${MOST_REPEATS}.` }),
  };
  if (Object.keys(problems).length > 0 || warmUp === null || repeats === null) return { problems };
  return { request: { devices: [...draft.devices], model: modelOf(draft.model), batches, warmUp, repeats } };
}

function modelOf(text: string): BenchmarkModel {
  if (/^\d+$/.test(text)) return { kind: 'run', run: Number(text) };
  return { kind: 'network', size: text.startsWith('tiny') ? 'tiny' : 'paper', vich: !text.endsWith('-plain') };
}
