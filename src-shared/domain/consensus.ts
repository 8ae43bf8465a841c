import { z } from 'zod';
import { Expression } from './expression.ts';
import { SoftLabel, VOTE_RULES } from './votes.ts';

/** How judgements become one label: a vote rule, the same as for a dataset's own votes, or by annotators' error rates. */
export const CONSENSUS_METHODS = [...VOTE_RULES.filter((rule) => rule !== 'votes-sum'), 'dawid-skene'] as const;
export const ConsensusMethod = z.enum(CONSENSUS_METHODS);
export type ConsensusMethod = z.infer<typeof ConsensusMethod>;

/** One image on which the judgements say something else than the label that stands. */
export const ConsensusProposal = z.object({
  image: z.number().int(),
  path: z.string(),
  before: Expression.nullable(),
  label: Expression,
  /** Null: the label alone. */
  soft: SoftLabel.nullable(),
  /** What speaks for the label: its share of the votes, or its probability. */
  share: z.number(),
  /** Judgements that it rests on. */
  judgements: z.number(),
});
export type ConsensusProposal = z.infer<typeof ConsensusProposal>;

/** What a method makes of all judgements: a proposal, until a person applies it. */
export const Consensus = z.object({
  method: ConsensusMethod,
  /** Images with enough judgements; those where the method reaches no label, and those whose label is right already. */
  images: z.number().int(),
  undecided: z.number().int(),
  agreeing: z.number().int(),
  /** How many images would change; `proposals` names the first 500, the least certain first. */
  changes: z.number().int(),
  proposals: z.array(ConsensusProposal),
  /** The last event of the log that was read: what is applied is what was shown. */
  through: z.number().int(),
  /** How often each annotator says the class that is true by the model, weighted by how frequent it is; for Dawid-Skene. */
  annotators: z.array(z.object({ name: z.string(), right: z.number(), judgements: z.number() })),
});
export type Consensus = z.infer<typeof Consensus>;
