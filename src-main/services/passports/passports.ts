/** Passports of the open project's runs: written from what was recorded, or brought along by an imported model. */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { Passport, SealedPassport } from '../../../src-shared/domain/passport.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { PREPROCESSING } from '../engine/preprocessing.ts';
import { fileHash } from '../files/hash.ts';
import { readIfThere } from '../files/read-if-there.ts';
import { checkpointFolder } from '../runs/checkpoint-folder.ts';
import { requireRun } from '../runs/context.ts';
import type { OpenProject } from '../runs/context.ts';
import { readPlan } from '../runs/plan-file.ts';
import type { Store } from '../store/interface.ts';
import { dataFacts } from './data-facts.ts';
import { readOrigin, writeOrigin } from './origin.ts';
import type { Origin } from './origin.ts';
import { LARGEST_PASSPORT, passportText, seal, unseal } from './seal.ts';

/** The passport that came with an imported model, in its run's folder; and beside a checkpoint in a bundle. */
export const PASSPORT_FILE = 'passport.json';

export class Passports {
  readonly #project: OpenProject;

  constructor(project: OpenProject) {
    this.#project = project;
  }

  /**
   * @throws FailureError 'conflict' for a run that is still at work, and for one that came without a passport; 'invalid' where the
   * one that it brought was altered since.
   */
  async of(run: number): Promise<SealedPassport & { readonly text: string }> {
    const { store } = this.#project.require();
    return passportOf(store, requireRun({ store }, run));
  }

  /**
   * A passport's file held against its own hash and, where one is given, against the checkpoint that it speaks of.
   * @throws FailureError 'not-found', or 'invalid' with what is wrong.
   */
  async check(file: string, checkpoint?: string): Promise<SealedPassport> {
    const { passport, sha256 } = await readPassport(file);
    if (checkpoint !== undefined) await requireBelongs({ passport, sha256 }, file, checkpoint);
    return { passport, sha256 };
  }
}

/** @throws FailureError as `Passports.of`. */
export async function passportOf(store: Store, run: Run): Promise<SealedPassport & { readonly text: string }> {
  const folder = checkpointFolder(store.folder, run.id);
  const brought = readIfThere(join(folder, PASSPORT_FILE));
  if (brought !== null) return { ...unseal(brought, `The passport of “${run.name}”`), text: brought };
  if (run.kind === 'imported' || run.settings === null || run.trainSplit === null)
    throw none(run, 'it was imported without one', 'Import it together with its passport, from a bundle.');
  if (run.status === 'queued' || run.status === 'running')
    throw none(run, 'it is still at work', 'Wait for its end, or pause it.');
  const sealed = seal(await described(store, run, run.settings, folder));
  return { ...sealed, text: passportText(sealed) };
}

async function described(store: Store, run: Run, settings: NonNullable<Run['settings']>, folder: string) {
  const origin = readOrigin(folder);
  const { size, classes, vich, layerEmbedding, startedAt, endedAt } = run;
  const passport: Passport = {
    format: 'poster-var-passport/1',
    model: { size, classes, vich, layerEmbedding },
    settings,
    preset: origin?.preset ?? null,
    device: run.device,
    environments: origin?.environments ?? [],
    preprocessing: PREPROCESSING,
    data: origin?.data ?? (await dataNow(store, run, folder, origin)),
    parents: (origin?.parents ?? []).map(({ name, sha256 }) => ({ name, sha256 })),
    time: {
      process: run.processSeconds,
      wall: startedAt === null || endedAt === null ? null : (Date.parse(endedAt) - Date.parse(startedAt)) / 1_000,
      ...{ startedAt, endedAt },
    },
    ...{ status: run.status, epochs: run.epoch, best: run.best, checkpoint: run.checkpointHash },
  };
  return passport;
}

/** What the training did not come to hash, hashed now: the log still says how the labels stood. */
async function dataNow(store: Store, run: Run, folder: string, origin: Origin | null): Promise<Passport['data']> {
  if (run.dataset === null) return null;
  let plan: ReturnType<typeof readPlan>;
  try {
    plan = readPlan(folder, store, run.dataset);
  } catch (thrown) {
    if (thrown instanceof FailureError) return null;
    throw thrown;
  }
  const data = await dataFacts(store, run, plan);
  if (origin !== null) writeOrigin(folder, { ...origin, data });
  return data;
}

function none(run: Run, why: string, remedy: string): FailureError {
  return new FailureError({ kind: 'conflict', message: `“${run.name}” has no passport: ${why}.`, remedy });
}

/** @throws FailureError 'not-found', 'invalid'. */
async function readPassport(file: string): Promise<SealedPassport & { readonly text: string }> {
  const found = await stat(file).catch(() => null);
  if (found === null || !found.isFile() || found.size > LARGEST_PASSPORT) {
    throw new FailureError({
      kind: found === null ? 'not-found' : 'invalid',
      message: found === null ? `There is no file ${file}.` : `${file} is no passport.`,
      remedy: 'Choose the file that “passport export” or a bundle wrote.',
    });
  }
  const text = await readFile(file, 'utf8');
  return { ...unseal(text, basename(file)), text };
}

const Manifest = z.object({ format: z.literal('poster-var-bundle/1'), sha256: z.record(z.string(), z.string()) });

/**
 * That a passport is about this checkpoint: it names its hash, or both stand with theirs in one bundle's list.
 * @throws FailureError 'invalid'
 */
async function requireBelongs(sealed: SealedPassport, file: string, checkpoint: string): Promise<void> {
  const hash = await fileHash(checkpoint);
  if (hash === sealed.passport.checkpoint) return;
  const listed = await bundleList(dirname(file));
  const both =
    listed !== null &&
    dirname(file) === dirname(checkpoint) &&
    listed[basename(checkpoint)] === hash &&
    listed[basename(file)] === (await fileHash(file));
  if (both) return;
  throw new FailureError({
    kind: 'invalid',
    message: `${basename(file)} is the passport of another checkpoint than ${basename(checkpoint)}.`,
    remedy: 'Take both from the same bundle; or move the passport away to import the model without one.',
  });
}

async function bundleList(folder: string): Promise<Record<string, string> | null> {
  try {
    return Manifest.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))).sha256;
  } catch {
    return null;
  }
}

/**
 * The passport that lies beside a checkpoint to be imported, checked: `NAME.passport.json`, or `passport.json` in a bundle.
 * @returns null where there is none.
 * @throws FailureError 'invalid' for one that was altered or belongs to another checkpoint.
 */
export async function passportBeside(checkpoint: string): Promise<{ readonly text: string } | null> {
  const folder = dirname(checkpoint);
  const stem = basename(checkpoint).replace(/\.[^.]+$/, '');
  for (const name of [`${stem}.passport.json`, PASSPORT_FILE]) {
    const file = join(folder, name);
    const there = await stat(file).catch(() => null);
    if (there === null) continue;
    const sealed = await readPassport(file);
    await requireBelongs(sealed, file, checkpoint);
    return sealed;
  }
  return null;
}
