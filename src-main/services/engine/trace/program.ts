/** Pure functions of named tensors, as they are handed to whatever runs them. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Graph } from './graph.ts';
import { trace } from './trace.ts';
import type { InputSpec } from './trace.ts';

/** A function with the inputs it expects: it can be traced into a graph, or run op by op as it stands. */
export interface Program<Name extends string = string> {
  /** For profiles and error messages: "poster-var-step". */
  readonly name: string;
  /** All that `fn` closes over, in text: with the name and the inputs it says what the program is. Left out: it is not cached. */
  readonly made?: string | undefined;
  readonly inputs: Readonly<Record<Name, InputSpec>>;
  readonly fn: (inputs: Readonly<Record<Name, Tensor>>) => Readonly<Record<string, Tensor>>;
}

const graphs = new WeakMap<object, Graph>();

/** What the program computes, as a graph; traced once. */
export function graphOf<Name extends string>(program: Program<Name>): Graph {
  const graph = graphs.get(program) ?? trace(program.fn, program.inputs);
  graphs.set(program, graph);
  return graph;
}
