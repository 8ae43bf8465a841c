/** Several people on one dataset: who judges what, how far they agree, and what their judgements make together. */
import type { Agreement } from '../../../src-shared/domain/agreement.ts';
import type { Consensus, ConsensusMethod } from '../../../src-shared/domain/consensus.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { LabelBatch, LabelChange } from '../../../src-shared/domain/label.ts';
import type { MergePlan, MergePreference, MergeSide, MergeSource } from '../../../src-shared/domain/merge.ts';
import type { Round, RoundRequest } from '../../../src-shared/domain/round.ts';
import { Random } from '../engine/random.ts';
import type { Workspace } from '../projects/workspace.ts';
import type { Queries } from '../queries/queries.ts';
import { requireDataset } from '../runs/context.ts';
import { changeOf, shownConsensus, type Proposed } from './consensus.ts';
import type { Labels } from './labels.ts';
import type { MergeItem } from './merge.ts';

/** Images that a round takes: more than people judge. */
const ROUND_IMAGES = 50_000;

export class Team {
  readonly #workspace: Pick<Workspace, 'require'>;
  readonly #labels: Pick<Labels, 'applyEach' | 'merge'>;
  readonly #queries: Pick<Queries, 'ask'>;

  constructor(
    workspace: Pick<Workspace, 'require'>,
    labels: Pick<Labels, 'applyEach' | 'merge'>,
    queries: Pick<Queries, 'ask'>,
  ) {
    this.#workspace = workspace;
    this.#labels = labels;
    this.#queries = queries;
  }

  /** Counted beside everything else: its intervals draw the images a thousand times. */
  agreement(dataset: number): Promise<Agreement> {
    return this.#queries.ask('agreement', this.#workspace.require().store.folder, { dataset });
  }

  /** What a method proposes; nothing changes. @throws FailureError 'not-found'. */
  async consensus(request: { dataset: number; method: ConsensusMethod }): Promise<Consensus> {
    return shownConsensus(await this.#propose(request));
  }

  /**
   * Applies what was proposed, all of it or some images, as one act: a decision, so that nobody becomes a voter by it.
   * @param request.through of the proposal. @throws FailureError 'conflict' where somebody labelled since, or nothing is left to apply.
   */
  async applyConsensus(request: {
    dataset: number;
    method: ConsensusMethod;
    through: number;
    except: readonly number[];
    annotator?: string | undefined;
  }): Promise<LabelBatch> {
    const { dataset, method, through, except, annotator } = request;
    const { store } = this.#workspace.require();
    const found = await this.#propose({ dataset, method });
    if (found.through !== through || store.audit.last() !== through)
      throw new FailureError({
        kind: 'conflict',
        message: 'Somebody has labelled since this was proposed.',
        remedy: 'Look at the new proposal, then apply it.',
      });
    const left = found.proposals.filter(({ image }) => !except.includes(image));
    if (left.length === 0)
      throw new FailureError({ kind: 'conflict', message: 'There is nothing to apply.', remedy: '' });
    const parts = new Map<string, { images: number[]; change: LabelChange }>();
    for (const proposal of left) {
      const change = changeOf(proposal);
      const key = JSON.stringify(change);
      const part = parts.get(key) ?? { images: [], change };
      parts.set(key, part);
      part.images.push(proposal.image);
    }
    const context = { queue: `consensus: ${method}`, run: null, score: null };
    return this.#labels.applyEach([...parts.values()], { as: 'decision', annotator, context });
  }

  /** What a merge with another project would do. @throws as `mergeIn`. */
  async planMerge(source: MergeSource): Promise<MergePlan> {
    return (await this.#queries.ask('merge', this.#workspace.require().store.folder, source)).plan;
  }

  /**
   * Brings another project's annotations here as one act. `prefer` settles the conflicts that `choices` does not name.
   * @throws as `mergeIn`; 'conflict' where nothing is left to bring.
   */
  async merge(
    request: MergeSource & {
      prefer: MergePreference;
      choices: Readonly<Record<string, MergeSide>>;
      annotator?: string | undefined;
    },
  ): Promise<LabelBatch> {
    const { prefer, choices, annotator, ...source } = request;
    const { store } = this.#workspace.require();
    const { items, conflicts } = await this.#queries.ask('merge', store.folder, source);
    const chosen = conflicts.filter(({ conflict }) => {
      const newer = (conflict.theirsAt ?? '') > (conflict.oursAt ?? '') ? 'theirs' : 'ours';
      return (choices[conflict.key] ?? (prefer === 'newer' ? newer : prefer)) === 'theirs';
    });
    const parts = new Map<string, MergeItem & { images: number[] }>();
    for (const item of [...items, ...chosen.map((one) => one.item)]) {
      const key = JSON.stringify([item.change, item.as, item.voter]);
      const part = parts.get(key) ?? { ...item, images: [] };
      parts.set(key, part);
      part.images.push(item.image);
    }
    if (parts.size > 0 && this.#workspace.require().store === store)
      return this.#labels.merge([...parts.values()], annotator);
    throw new FailureError({
      kind: 'conflict',
      message: 'There is nothing to bring here.',
      remedy: 'All that the other project says stands here already, or you chose ours everywhere.',
    });
  }

  rounds(dataset: number): Round[] {
    return this.#workspace.require().store.rounds.list(dataset);
  }

  /**
   * Deals a slice: `overlap` of it to everybody, the rest one annotator an image. The order is shuffled, so that nobody reads an image's
   * class from its neighbours; the same request is dealt the same.
   * @throws FailureError 'invalid' for a filter that cannot be read, an empty or too large slice, or a name twice; 'not-found'.
   */
  async startRound({ dataset, run, name, q, annotators, overlap }: RoundRequest): Promise<{ round: number }> {
    const { store } = this.#workspace.require();
    requireDataset({ store }, dataset);
    if (new Set(annotators).size < annotators.length)
      throw new FailureError({ kind: 'invalid', message: 'A name stands twice.', remedy: 'Name each annotator once.' });
    const filter = `${q} status:ok`.trim();
    const wanted = { dataset, run, q: filter, sort: 'id', descending: false } as const;
    const slice = await this.#queries.ask('select', store.folder, wanted);
    if (slice.length === 0 || slice.length > ROUND_IMAGES)
      throw new FailureError({
        kind: 'invalid',
        message: slice.length === 0 ? 'No usable image is in this slice.' : `This slice has ${slice.length} images.`,
        remedy: slice.length === 0 ? 'Change the filter.' : `Narrow it to ${ROUND_IMAGES} or fewer.`,
      });
    const lists = dealt(slice, annotators, overlap);
    const createdAt = new Date().toISOString();
    return { round: store.rounds.insert({ dataset, name, query: q, overlap, createdAt }, lists) };
  }

  /** The opinions that were given stay. @throws FailureError 'not-found'. */
  removeRound(round: number): null {
    if (this.#workspace.require().store.rounds.remove(round)) return null;
    throw new FailureError({ kind: 'not-found', message: 'There is no such round.', remedy: 'It was removed before.' });
  }

  #propose(request: { dataset: number; method: ConsensusMethod }): Promise<Proposed> {
    return this.#queries.ask('consensus', this.#workspace.require().store.folder, request);
  }
}

/** Each annotator's images in a shuffled order: a share that all have, and a part of the rest. */
export function dealt(
  slice: Int32Array,
  annotators: readonly string[],
  overlap: number,
): ReadonlyMap<string, readonly number[]> {
  const random = Random.seeded(slice.length);
  const order = [...random.split('deal').permutation(slice.length)].map((at) => slice[at] ?? 0);
  const shared = Math.round(overlap * order.length);
  return new Map(
    annotators.map((annotator, own) => {
      const mine = order.filter((_, at) => at < shared || (at - shared) % annotators.length === own);
      const places = [...random.split(`order ${own}`).permutation(mine.length)];
      return [annotator, places.map((at) => mine[at] ?? 0)];
    }),
  );
}
