import type { VoteOutcomeCount } from '../../../src-shared/domain/dataset.ts';
import { VOTE_RULES, type Votes } from '../../../src-shared/domain/votes.ts';
import { applyVoteRule } from '../../../src-shared/metrics/vote-rules.ts';

/** Counts what every vote rule makes of the images, by split: the choice between rules is made on these figures. */
export class VoteTally {
  readonly #bySplit = new Map<string, VoteOutcomeCount[]>();

  add(split: string, votes: Votes): void {
    for (const count of this.#split(split)) {
      const { label } = applyVoteRule(count.rule, votes);
      if (label === null) count.dropped++;
      else {
        count.kept++;
        count.classes[label] = (count.classes[label] ?? 0) + 1;
      }
    }
  }

  /** Rule after rule, each with its splits in the order of the source. */
  counts(): VoteOutcomeCount[] {
    const all = [...this.#bySplit.values()].flat();
    return VOTE_RULES.flatMap((rule) => all.filter((count) => count.rule === rule));
  }

  #split(split: string): VoteOutcomeCount[] {
    const known = this.#bySplit.get(split);
    if (known !== undefined) return known;
    const fresh = VOTE_RULES.map((rule) => ({ rule, split, kept: 0, dropped: 0, classes: {} }));
    this.#bySplit.set(split, fresh);
    return fresh;
  }
}
