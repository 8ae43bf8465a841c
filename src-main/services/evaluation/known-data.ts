/** What two runs learned from, as their passports say, and how that differs. */
import { join } from 'node:path';
import { canonicalJson } from '../../../src-shared/domain/canonical-json.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { Passport } from '../../../src-shared/domain/passport.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { PREPROCESSING } from '../engine/preprocessing.ts';
import { readIfThere } from '../files/read-if-there.ts';
import { readOrigin } from '../passports/origin.ts';
import { PASSPORT_FILE } from '../passports/passports.ts';
import { unseal } from '../passports/seal.ts';
import { checkpointFolder } from '../runs/checkpoint-folder.ts';

/** What of a passport decides whether two runs can be compared. */
export interface Known {
  readonly data: Passport['data'];
  readonly preprocessing: Passport['preprocessing'];
  /** The passport that an imported model brought was altered since, or what a run recorded at its start is damaged. */
  readonly altered: boolean;
}

/** @param project its folder. */
export function knownOf(project: string, run: Run): Known {
  const folder = checkpointFolder(project, run.id);
  const text = readIfThere(join(folder, PASSPORT_FILE));
  try {
    if (text === null) return { data: readOrigin(folder)?.data ?? null, preprocessing: PREPROCESSING, altered: false };
    const { data, preprocessing } = unseal(text, run.name).passport;
    return { data, preprocessing, altered: false };
  } catch (thrown) {
    if (thrown instanceof FailureError) return { data: null, preprocessing: PREPROCESSING, altered: true };
    throw thrown;
  }
}

const short = (hash: string): string => hash.slice(0, 8);

function dataText({ dataset, version, contentHash }: NonNullable<Passport['data']>): string {
  return `${dataset}${version === null ? '' : `@${version}`} (${short(contentHash)})`;
}

/** How the two learned otherwise, a sentence each; where one's data is not known, nothing can be said of it here. */
export function dataUnlikeness([a, b]: readonly [Run, Run], [first, second]: readonly [Known, Known]): string[] {
  const sentences: string[] = [];
  for (const [run, known] of [
    [a, first],
    [b, second],
  ] as const) {
    if (known.altered)
      sentences.push(`The passport of “${run.name}” was altered or is damaged: what it says is not used.`);
    if (canonicalJson(known.preprocessing) !== canonicalJson(PREPROCESSING))
      sentences.push(
        `“${run.name}” learned from images that were prepared otherwise than those it was measured on here.`,
      );
  }
  const [one, other] = [first.data, second.data];
  if (one === null || other === null) return sentences;
  if (one.contentHash !== other.contentHash)
    sentences.push(`They began from different versions of their data: ${dataText(one)} and ${dataText(other)}.`);
  if (one.train.hash !== other.train.hash)
    sentences.push(
      `Their training images or the labels of these differ: ${one.train.split}, ${one.train.images} (${short(one.train.hash)}), and ${other.train.split}, ${other.train.images} (${short(other.train.hash)}).`,
    );
  if (one.val.hash !== other.val.hash)
    sentences.push(
      `Their best epochs were chosen on different images or labels: ${one.val.split}, ${one.val.images} (${short(one.val.hash)}), and ${other.val.split}, ${other.val.images} (${short(other.val.hash)}).`,
    );
  return sentences;
}

/** Rows of the table of configurations. */
export function dataFactsOf({ data }: Known): Record<string, string | null> {
  return {
    'dataset version': data?.version ?? null,
    'dataset content': data && short(data.contentHash),
    'training images': data && `${data.train.images} (${short(data.train.hash)})`,
    'validation images': data && `${data.val.images} (${short(data.val.hash)})`,
  };
}
