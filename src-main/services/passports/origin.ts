/** What is known of a run only when it begins, kept beside its checkpoints until its passport is asked for. */
import { join } from 'node:path';
import { z } from 'zod';
import { canonicalJson } from '../../../src-shared/domain/canonical-json.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { DataFacts, Environment, Passport, presetDifferences } from '../../../src-shared/domain/passport.ts';
import type { Preset, TrainSettings } from '../../../src-shared/domain/run.ts';
import { replaceFile } from '../engine/checkpoint/durable.ts';
import { fileHash } from '../files/hash.ts';
import { readIfThere } from '../files/read-if-there.ts';
import { environment } from './environment.ts';
import { canonicalHash } from './seal.ts';

export const Origin = z.object({
  format: z.literal('poster-var-origin/1'),
  preset: Passport.shape.preset,
  environments: z.array(Environment),
  parents: z.array(z.object({ name: z.string(), file: z.string(), sha256: z.string().nullable() })),
  data: DataFacts.nullable(),
});
export type Origin = z.infer<typeof Origin>;

const NAME = 'origin.json';

/** @param parents files that the weights begin from, with the hash where it is known already. */
export function newOrigin(settings: TrainSettings, presets: readonly Preset[], parents: Origin['parents']): Origin {
  const preset = presets.find(({ name }) => name === settings.preset);
  return {
    format: 'poster-var-origin/1',
    preset: preset
      ? {
          name: preset.name,
          sha256: canonicalHash(preset.settings),
          differences: presetDifferences(preset.settings, settings),
        }
      : null,
    environments: [environment()],
    parents,
    data: null,
  };
}

/** @param folder of the run's checkpoints. @throws FailureError 'disk-full' or 'unavailable'. */
export function writeOrigin(folder: string, origin: Origin): void {
  replaceFile(join(folder, NAME), [new TextEncoder().encode(canonicalJson(origin))]);
}

/** Null for a run of a version that kept none. @throws FailureError 'invalid' for a damaged one: nothing is made up in its place. */
export function readOrigin(folder: string): Origin | null {
  const file = join(folder, NAME);
  const text = readIfThere(file);
  if (text === null) return null;
  try {
    return Origin.parse(JSON.parse(text));
  } catch {
    throw new FailureError({
      kind: 'invalid',
      message: `What was recorded when the run began is damaged: ${file}.`,
      remedy: 'Put the file back from a copy; or remove it, and the passport will say that nothing was recorded.',
    });
  }
}

/** The origin with this process's environment as its last, and its parents hashed as far as their files are there. */
export async function freshened(origin: Origin): Promise<Origin> {
  const now = environment();
  const last = origin.environments.at(-1);
  const same = last !== undefined && canonicalJson(last) === canonicalJson(now);
  const parents: Origin['parents'] = [];
  for (const parent of origin.parents)
    parents.push(
      parent.sha256 === null ? { ...parent, sha256: await fileHash(parent.file).catch(() => null) } : parent,
    );
  return { ...origin, parents, environments: same ? origin.environments : [...origin.environments, now] };
}
