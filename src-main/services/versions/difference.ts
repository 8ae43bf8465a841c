/** Versions looked up, and held against each other. */
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { Version, VersionDifference } from '../../../src-shared/domain/version.ts';
import { requireDataset } from '../runs/context.ts';
import type { Store } from '../store/interface.ts';

export interface Compared {
  readonly before: number;
  /** Null: as it is now. */
  readonly after: number | null;
}

/** The newest first. @throws FailureError 'not-found' for an unknown dataset. */
export function versionsIn(store: Store, dataset: number): Version[] {
  requireDataset({ store }, dataset);
  return store.versions.list(dataset);
}

/** @throws FailureError 'not-found'; 'invalid' for versions of two datasets. */
export function differenceIn(store: Store, { before, after }: Compared): VersionDifference {
  const first = requireVersion(store, before);
  const second = after === null ? null : requireVersion(store, after);
  if (second !== null && second.dataset !== first.dataset)
    throw new FailureError({
      kind: 'invalid',
      message: 'These versions belong to different datasets.',
      remedy: 'Compare two versions of one dataset.',
    });
  const pointOf = (version: Version | null): number | null =>
    version === null ? null : store.versions.point(version.id);
  return store.versions.difference(first.dataset, pointOf(first), pointOf(second));
}

/** @throws FailureError 'not-found' */
export function requireVersion({ versions }: Pick<Store, 'versions'>, version: number): Version {
  const found = versions.get(version);
  if (found !== null) return found;
  throw new FailureError({
    kind: 'not-found',
    message: `There is no version ${version} in this project.`,
    remedy: 'Choose one from the list of versions.',
  });
}
