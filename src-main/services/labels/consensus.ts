/** One label from several people's judgements, as a proposal. Annotators' opinions and a dataset's votes go by the same rules. */
import type { Consensus, ConsensusMethod, ConsensusProposal } from '../../../src-shared/domain/consensus.ts';
import { EXPRESSIONS, type Expression } from '../../../src-shared/domain/expression.ts';
import type { LabelChange } from '../../../src-shared/domain/label.ts';
import type { SoftLabel, VoteRule, Votes } from '../../../src-shared/domain/votes.ts';
import { dawidSkene, type Judgement } from '../../../src-shared/metrics/dawid-skene.ts';
import { applyVoteRule, topOf } from '../../../src-shared/metrics/vote-rules.ts';
import { requireDataset } from '../runs/context.ts';
import type { ImageAsOf, Store } from '../store/interface.ts';

/** Judgements before which there is nothing to agree on. */
const LEAST_JUDGEMENTS = 2;
/** What each cell of an annotator's table of errors has beforehand: one hundredth of a judgement. */
const PRIOR = 0.01;
const PAGE = 500;
const NAMED = 500;

/** What one method says of one image. */
interface Verdict {
  readonly label: Expression;
  readonly soft: SoftLabel | null;
  readonly share: number;
}

/** All that is said of one image: each person's shares, and the dataset's own votes. */
interface Said {
  readonly people: Map<string, SoftLabel>;
  unsure: number;
}

export interface Proposed extends Omit<Consensus, 'proposals'> {
  /** Every one of them, the least certain first. */
  readonly proposals: readonly ConsensusProposal[];
}

/** @throws FailureError 'not-found' for an unknown dataset. */
export function consensusIn(store: Store, { dataset, method }: { dataset: number; method: ConsensusMethod }): Proposed {
  requireDataset({ store }, dataset);
  const said = new Map<number, Said>();
  for (const { image, annotator, opinion } of store.opinions.of(dataset)) {
    const one = said.get(image) ?? { people: new Map<string, SoftLabel>(), unsure: 0 };
    said.set(image, one);
    if (opinion.kind === 'unsure') one.unsure += 1;
    else if (opinion.kind !== 'skip')
      one.people.set(annotator, opinion.kind === 'soft' ? opinion.soft : { [opinion.label]: 1 });
  }
  const images = imagesOf(store, [...said.keys()]).filter(({ status }) => status === 'ok');
  const judged = images.filter(({ id, votes }) => countOf(said.get(id), votes) >= LEAST_JUDGEMENTS);
  const { verdicts, annotators } =
    method === 'dawid-skene' ? byErrorRates(judged, said) : { verdicts: byRule(judged, said, method), annotators: [] };
  const proposals: ConsensusProposal[] = [];
  let undecided = 0;
  for (const { id, path, label: before, soft: standing, votes } of judged) {
    const verdict = verdicts.get(id);
    if (verdict === undefined) undecided++;
    else if (verdict.label !== before || !sameShares(verdict.soft, standing))
      proposals.push({ image: id, path, before, ...verdict, judgements: countOf(said.get(id), votes) });
  }
  return {
    method,
    images: judged.length,
    undecided,
    agreeing: judged.length - undecided - proposals.length,
    changes: proposals.length,
    proposals: proposals.sort((a, b) => a.share - b.share || a.image - b.image),
    through: store.audit.last(),
    annotators,
  };
}

/** As the contract has it: the first of the proposals only. */
export function shownConsensus(found: Proposed): Consensus {
  return { ...found, proposals: found.proposals.slice(0, NAMED) };
}

export function changeOf({ label, soft }: ConsensusProposal): LabelChange {
  return soft === null ? { kind: 'hard', label } : { kind: 'soft', soft };
}

function imagesOf(store: Store, ids: readonly number[]): ImageAsOf[] {
  const found: ImageAsOf[] = [];
  for (let from = 0; from < ids.length; from += PAGE)
    found.push(...store.history.images(ids.slice(from, from + PAGE), null));
  return found;
}

const total = (votes: Votes | null): number => Object.values(votes ?? {}).reduce((sum, count) => sum + count, 0);

function countOf(said: Said | undefined, votes: Votes | null): number {
  return (said?.people.size ?? 0) + (said?.unsure ?? 0) + total(votes);
}

/** The dataset's votes and one vote a person, a soft opinion by its shares; "unsure" is the choice of that name among taggers. */
export function votesOf(people: Iterable<SoftLabel>, unsure: number, own: Votes | null): Votes {
  const votes: Votes = { ...own };
  for (const soft of people)
    for (const expression of EXPRESSIONS) {
      const share = soft[expression] ?? 0;
      if (share > 0) votes[expression] = (votes[expression] ?? 0) + share;
    }
  if (unsure > 0) votes.unknown = (votes.unknown ?? 0) + unsure;
  return votes;
}

function byRule(
  images: readonly ImageAsOf[],
  said: ReadonlyMap<number, Said>,
  rule: Exclude<VoteRule, 'votes-sum'>,
): Map<number, Verdict> {
  const found = new Map<number, Verdict>();
  for (const { id, votes: own } of images) {
    const { people, unsure } = said.get(id) ?? { people: new Map<string, SoftLabel>(), unsure: 0 };
    const votes = votesOf(people.values(), unsure, own);
    // A single vote is a slip among a dataset's many taggers, not among two or three annotators.
    const outcome = applyVoteRule(rule, votes, { singles: own === null ? 'count' : 'drop' });
    if (outcome.dropped !== null) continue;
    const hard = Object.keys(outcome.soft).length === 1;
    const share = (votes[outcome.label] ?? 0) / total(votes);
    found.set(id, { label: outcome.label, soft: hard ? null : outcome.soft, share });
  }
  return found;
}

function byErrorRates(
  images: readonly ImageAsOf[],
  said: ReadonlyMap<number, Said>,
): { verdicts: Map<number, Verdict>; annotators: Consensus['annotators'] } {
  const names = [...new Set(images.flatMap(({ id }) => [...(said.get(id)?.people.keys() ?? [])]))].sort();
  const indexOf = new Map(names.map((name, at) => [name, at]));
  const counts = names.map(() => 0);
  const judgements = images.flatMap(({ id }, item) =>
    [...(said.get(id)?.people ?? [])].flatMap(([name, soft]): Judgement[] => {
      const label = topOf(soft);
      const annotator = indexOf.get(name) ?? 0;
      if (label === null) return [];
      counts[annotator] = (counts[annotator] ?? 0) + 1;
      return [{ item, annotator, label: EXPRESSIONS.indexOf(label) }];
    }),
  );
  const shape = { items: images.length, annotators: names.length, classes: EXPRESSIONS.length };
  const { posterior, marginals, errors } = dawidSkene(judgements, shape, PRIOR);
  const verdicts = new Map<number, Verdict>();
  for (const [item, { id }] of images.entries()) {
    if ((said.get(id)?.people.size ?? 0) === 0) continue;
    const row = posterior[item] ?? new Float64Array();
    const label = EXPRESSIONS[row.indexOf(Math.max(...row))];
    if (label !== undefined) verdicts.set(id, { label, soft: null, share: Math.max(...row) });
  }
  const annotators = names.map((name, annotator) => ({
    name,
    right: marginals.reduce((sum, p, truth) => sum + p * (errors[annotator]?.[truth]?.[truth] ?? 0), 0),
    judgements: counts[annotator] ?? 0,
  }));
  return { verdicts, annotators };
}

function sameShares(one: SoftLabel | null, other: SoftLabel | null): boolean {
  if (one === null || other === null) return one === other;
  return EXPRESSIONS.every((expression) => Math.abs((one[expression] ?? 0) - (other[expression] ?? 0)) < 1e-6);
}
