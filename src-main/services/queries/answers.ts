/** What a query thread can be asked, by name: each function gets the project's reader and the request. */
import type { AuditFilter } from '../../../src-shared/domain/audit.ts';
import type { CurveFormat } from '../../../src-shared/domain/export.ts';
import type { Facets, ImageQuery } from '../../../src-shared/domain/image.ts';
import type { MergeSource } from '../../../src-shared/domain/merge.ts';
import type { Measure } from '../evaluation/context.ts';
import { balanceIn } from '../evaluation/balance.ts';
import { comparedIn, confusionPairIn } from '../evaluation/compare.ts';
import { casesIn, evaluateIn } from '../evaluation/evaluate.ts';
import { sigmaErrorsIn } from '../evaluation/sigma-errors.ts';
import { slicesIn } from '../evaluation/slices.ts';
import { nearestIn } from '../similar/nearest.ts';
import type { NearestRequest } from '../similar/nearest.ts';
import { uncertaintyCasesIn } from '../evaluation/uncertainty.ts';
import { curvesIn } from '../exports/curves/curves.ts';
import { agreementOf } from '../labels/agreement.ts';
import { consensusIn } from '../labels/consensus.ts';
import { mergeIn } from '../labels/merge.ts';
import { queueStateIn, rankIn, type RankOrder } from '../queues/rank.ts';
import { differenceIn, versionsIn } from '../versions/difference.ts';
import type { Compared } from '../versions/difference.ts';
import type { Reader } from '../store/reader.ts';

export interface HistoryPage {
  readonly filter: AuditFilter;
  /** Events before this one; null: from the newest on. */
  readonly before: number | null;
  readonly limit: number;
}

export type FacetQuery = Pick<ImageQuery, 'dataset' | 'run' | 'q'>;

/** Instead of counts: something newer was asked meanwhile. */
export const SUPERSEDED = 'superseded';

class Superseded extends Error {}

function facets(reader: Reader, query: FacetQuery, isNewest: () => boolean): Facets | typeof SUPERSEDED {
  try {
    return reader.facets(query, () => {
      if (!isNewest()) throw new Superseded();
    });
  } catch (thrown) {
    if (thrown instanceof Superseded) return SUPERSEDED;
    throw thrown;
  }
}

export const ANSWERS = {
  /** Ids in order; their memory changes hands. */
  select: (reader: Reader, query: ImageQuery) => reader.select(query),
  facets,
  sigmaRank: (reader: Reader, request: { image: number; run: number }) => reader.sigmaRank(request.run, request.image),
  cases: ({ store }: Reader, request: Measure) => casesIn(store, request),
  compared: ({ store }: Reader, request: Measure & { baseline: number }) => comparedIn(store, request),
  curves: ({ store }: Reader, request: { run: number; format: CurveFormat }) => curvesIn(store, request),
  versions: ({ store }: Reader, { dataset }: { dataset: number }) => versionsIn(store, dataset),
  versionDifference: ({ store }: Reader, request: Compared) => differenceIn(store, request),
  evaluate: ({ store }: Reader, request: Measure) => evaluateIn(store, request),
  uncertaintyCases: ({ store }: Reader, request: Measure) => uncertaintyCasesIn(store, request),
  sigmaErrors: ({ store }: Reader, request: Measure) => sigmaErrorsIn(store, request),
  nearest: ({ store }: Reader, request: NearestRequest) => nearestIn(store, request),
  slices: ({ store }: Reader, request: Measure) => slicesIn(store, request),
  balance: ({ store }: Reader, request: Omit<Measure, 'run'>) => balanceIn(store, request),
  confusions: ({ store }: Reader, request: Measure & { baseline: number }) => confusionPairIn(store, request),
  historyPage: ({ store }: Reader, { filter, before, limit }: HistoryPage) => store.audit.page(filter, before, limit),
  historySummary: ({ store }: Reader, filter: AuditFilter) => store.audit.summary(filter),
  annotators: ({ store }: Reader) => store.opinions.annotators(),
  agreement: ({ store }: Reader, { dataset }: { dataset: number }) => agreementOf(store, dataset),
  consensus: ({ store }: Reader, request: Parameters<typeof consensusIn>[1]) => consensusIn(store, request),
  merge: ({ store }: Reader, source: MergeSource) => mergeIn(store, source),
  rankQueue: ({ store }: Reader, order: RankOrder) => rankIn(store, order),
  queueState: ({ store }: Reader, request: Parameters<typeof queueStateIn>[1]) => queueStateIn(store, request),
} as const;

export type Answers = typeof ANSWERS;
