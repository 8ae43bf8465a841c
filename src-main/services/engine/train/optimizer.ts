/** What an optimizer is: a pure function of flat vectors, with the numbers that it needs as inputs of the graph. */
import type { Tensor } from '@tensorflow/tfjs-core';

/** What a person sets; an optimizer reads what it knows, and the step function gets the numbers that follow from it. */
export interface Hyper {
  readonly lr: number;
  readonly weightDecay: number;
  /** Weight of the KL term. */
  readonly lambda: number;
  /** Of SGD; 0 by default. */
  readonly momentum?: number;
  /** Share of a new gradient that SGD leaves out of its momentum, as PyTorch's `dampening`; 0 by default. */
  readonly dampening?: number;
  /** SGD looks ahead along its momentum (Nesterov), as PyTorch does; false by default. */
  readonly nesterov?: boolean;
  /** Longest gradient, by its global L2 norm; needed where the step clips. */
  readonly clipNorm?: number;
  /** Share of the averaged copy that a step keeps; needed where the step averages. */
  readonly emaDecay?: number;
  /** How far SAM looks: the L2 norm of its perturbation; needed where the step is SAM's. */
  readonly rho?: number;
}

/** Flat vectors by name. */
export type Vectors<Name extends string> = Readonly<Record<Name, Tensor>>;

export interface Optimizer<Moment extends string = string, Scalar extends string = string> {
  /** Vectors that it keeps beside the parameters, under PyTorch's names for them; all start at zero. */
  readonly moments: readonly Moment[];
  /** Names of the numbers that a step reads: inputs of the graph, so that a schedule never needs a new one. */
  readonly scalars: readonly Scalar[];
  /** Those of them that are proportional to the learning rate: a vector in their place gives each parameter a rate of its own. */
  readonly rates: readonly Scalar[];
  /** The numbers of a step; `step` counts from 1. */
  values(hyper: Hyper, step: number): Readonly<Record<Scalar, number>>;
  /** One update: the next parameters and moments. */
  update(
    parameters: Tensor,
    moments: Vectors<Moment>,
    gradient: Tensor,
    scalars: Vectors<Scalar>,
  ): { readonly parameters: Tensor; readonly moments: Vectors<Moment> };
}
