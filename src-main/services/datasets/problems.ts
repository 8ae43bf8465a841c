import type { ImportProblem } from '../../../src-shared/domain/dataset.ts';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';

/** Problems that are listed one by one; the others are counted. */
const LISTED = 200;
/** Different class names a source may have; more, and the column is none of labels. */
const MOST_CLASSES = 1_000;

/** The first problems and the number of all. */
export class Problems {
  readonly listed: ImportProblem[] = [];
  count = 0;

  /** False where the problem was counted but the list is full. */
  add(problem: ImportProblem): boolean {
    this.count++;
    if (this.listed.length >= LISTED) return false;
    this.listed.push(problem);
    return true;
  }
}

interface ClassTally {
  count: number;
  /** First image of the class. */
  readonly path: string;
  readonly expression: Expression | null;
}

/**
 * Counts class names as they stand in the source. Images of one unknown class are one problem, however many they are.
 */
export class ClassNames {
  readonly #classes = new Map<string, ClassTally>();

  /** @throws FailureError 'invalid' when there are far more names than a labelled set has. */
  add(raw: string, path: string, expression: Expression | null, count = 1): void {
    const known = this.#classes.get(raw);
    if (known !== undefined) {
      known.count += count;
      return;
    }
    if (this.#classes.size >= MOST_CLASSES)
      throw new FailureError({
        kind: 'invalid',
        message: `The source has more than ${MOST_CLASSES.toLocaleString('en')} different class names.`,
        remedy: 'Check which column holds the labels.',
      });
    this.#classes.set(raw, { count, path, expression });
  }

  /** Class names with their counts, the largest class first. */
  entries(): [raw: string, tally: Readonly<ClassTally>][] {
    return [...this.#classes].sort(([, a], [, b]) => b.count - a.count);
  }

  /**
   * One problem for each name that means no expression; `decided` are names that a person left unlabelled on purpose.
   */
  problems(decided: (raw: string) => boolean): ImportProblem[] {
    return this.entries().flatMap(([raw, { count, path, expression }]): ImportProblem[] => {
      if (expression !== null || decided(raw)) return [];
      const stay = count === 1 ? '1 image stays unlabelled' : `${count} images stay unlabelled`;
      return raw === ''
        ? [{ path, kind: 'no-label', reason: `No label: ${stay}.` }]
        : [{ path, kind: 'unknown-label', reason: `The class “${raw}” is not known: ${stay}.` }];
    });
  }
}
