/** What a safetensors file of any origin holds. */
import type { Expression } from '../../../../src-shared/domain/expression.ts';
import { examine } from './foreign.ts';
import type { Matching } from './foreign.ts';
import { ownMeta } from './metadata.ts';
import { withTensors } from './tensors.ts';

export interface PlainExamination extends Matching {
  /** Class order that the file itself names. */
  readonly order: readonly Expression[] | null;
  readonly metadata: ReadonlyMap<string, string>;
}

/** @throws FailureError 'invalid', 'not-found' or 'unreadable'. */
export function examineFile(file: string, wanted: { readonly vich?: boolean }): PlainExamination {
  return withTensors(file, (tensors) => {
    const { metadata } = tensors.header;
    return { ...examine(tensors, wanted), order: ownMeta(metadata)?.classes ?? null, metadata };
  });
}
