import type { Migration } from '../migrate.ts';
import { initial } from './0001-initial.ts';
import { importFacts } from './0002-import-facts.ts';
import { opinions } from './0003-opinions.ts';
import { runsInTheLog } from './0004-runs-in-the-log.ts';
import { versions } from './0005-versions.ts';
import { restoredHistory } from './0006-restored-history.ts';
import { resumedRuns } from './0007-resumed-runs.ts';
import { trainingDynamics } from './0008-training-dynamics.ts';
import { disagreement } from './0009-disagreement.ts';
import { reverts } from './0010-reverts.ts';
import { confidence } from './0011-confidence.ts';
import { boxOfOutputs } from './0012-box-of-outputs.ts';
import { protocols } from './0013-protocols.ts';
import { revisions } from './0014-revisions.ts';
import { stalePredictions } from './0015-stale-predictions.ts';
import { heldOut } from './0016-held-out.ts';
import { rounds } from './0017-rounds.ts';
import { savedSlices } from './0018-saved-slices.ts';
import { bestBy } from './0019-best-by.ts';

/** Every migration in order. A released one is never changed: what comes later goes into a file of its own. */
export const MIGRATIONS: readonly Migration[] = [
  initial,
  importFacts,
  opinions,
  runsInTheLog,
  versions,
  restoredHistory,
  resumedRuns,
  trainingDynamics,
  disagreement,
  reverts,
  confidence,
  boxOfOutputs,
  protocols,
  revisions,
  stalePredictions,
  heldOut,
  rounds,
  savedSlices,
  bestBy,
];
