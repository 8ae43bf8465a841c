/** What a row of the benchmark is. Each file of `rows/` gives some; a new file there needs no entry anywhere. */
import type { PyTorch } from './peer/client.ts';

/** Median and quartiles of repeated measurements. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export type Unit = 's' | 'ms' | 'MB' | 'tiles';

export interface Quantity {
  readonly of: string;
  readonly spread: Spread;
  readonly unit: Unit;
}

export type Measurement =
  /** How many times the one is the other, measured in turns, round by round. */
  | { readonly kind: 'ratio'; readonly ratio: Spread; readonly parts: readonly Quantity[] }
  | { readonly kind: 'absolute'; readonly spread: Spread; readonly unit: Unit; readonly parts: readonly Quantity[] }
  /** Measured without its peer. */
  | { readonly kind: 'alone'; readonly parts: readonly Quantity[]; readonly reason: string }
  | { readonly kind: 'skipped'; readonly reason: string };

/** What a row is to reach: a ratio, or seconds for an absolute measurement. */
export interface Reach {
  readonly bound: 'at least' | 'at most';
  readonly value: number;
}

export interface Tools {
  /** The PyTorch peer, already checked against the golden values; null when none was asked for. */
  readonly pytorch: PyTorch | null;
  /** How often each side is measured. */
  readonly rounds: number;
  /** An empty folder for this run. */
  readonly folder: string;
}

export interface Row {
  /** Selects the row on the command line. */
  readonly name: string;
  readonly work: string;
  readonly against: string;
  readonly reach: Reach;
  measure(tools: Tools): Promise<Measurement>;
}
