/** Suites: runs that are queued together and stand in one table. What is unfinished after a restart can go on. */
import type { Emit } from '../../../src-shared/contract/client.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { isResumable, type Run } from '../../../src-shared/domain/run.ts';
import { VARIANTS, type Suite, type SuiteRequest, type VariantId } from '../../../src-shared/domain/suite.ts';
import type { OpenProject } from '../runs/context.ts';
import type { Runs } from '../runs/runs.ts';

type Training = Pick<Runs, 'check' | 'startTraining' | 'resume' | 'stop' | 'list'>;

export class Suites {
  readonly #project: OpenProject;
  readonly #runs: Training;
  readonly #emit: Emit;

  constructor(project: OpenProject, runs: Training, emit: Emit) {
    this.#project = project;
    this.#runs = runs;
    this.#emit = emit;
  }

  /** The newest first. */
  list(): Suite[] {
    return this.#project.require().store.suites.list();
  }

  /**
   * Queues every variant with every seed, seed after seed: a table that is half done compares all variants.
   * @throws FailureError 'invalid' for a training of the head alone, and those of starting a run.
   */
  async start({ request, seeds: count, variants = VARIANTS.map(({ id }) => id) }: SuiteRequest): Promise<Suite> {
    const { settings } = request;
    if (settings.parts === 'head')
      throw new FailureError({
        kind: 'invalid',
        message: 'The head alone has no layer embedding to leave out.',
        remedy: 'Let the whole network learn.',
      });
    const warning = await this.#runs.check(request);
    const { store } = this.#project.require();
    const seeds = Array.from({ length: count }, (_, index) => settings.seed + index);
    const name = request.name?.trim() || this.#freeName(settings.preset);
    const id = store.suites.insert({ name, request, variants, seeds });
    try {
      this.#queueMissing(this.require(id), warning);
    } catch (thrown) {
      // Nothing was queued: the first run was refused.
      if (this.require(id).runs.length === 0) store.suites.remove(id);
      throw thrown;
    } finally {
      this.#emit('suites.changed', { suite: id });
    }
    return this.require(id);
  }

  /**
   * Goes on with what is unfinished, and starts again what was removed.
   * @returns how many runs are queued now.
   */
  async resume(suite: number): Promise<{ queued: number }> {
    const found = this.require(suite);
    const runs = this.#runsOf(found).filter(isResumable);
    for (const { id } of runs) this.#runs.resume(id);
    const missing = this.#queueMissing(found, await this.#runs.check(found.request));
    this.#emit('suites.changed', { suite });
    return { queued: runs.length + missing };
  }

  /** Stops what is queued or at work; all of it can go on. */
  async stop(suite: number): Promise<void> {
    const live = this.#runsOf(this.require(suite)).filter(({ status }) => status === 'queued' || status === 'running');
    // The last first: stopping the one at work would let the next one begin.
    for (const { id } of live.toReversed()) await this.#runs.stop(id, true);
  }

  /** Forgets the table; its runs stay. */
  remove(suite: number): void {
    this.require(suite);
    this.#project.require().store.suites.remove(suite);
    this.#emit('suites.changed', { suite });
  }

  /** @throws FailureError 'not-found' */
  require(suite: number): Suite {
    const found = this.list().find(({ id }) => id === suite);
    if (found !== undefined) return found;
    throw new FailureError({
      kind: 'not-found',
      message: `There is no suite ${suite} in this project.`,
      remedy: 'Choose one from the list; it may have been removed.',
    });
  }

  /** @returns how many it queued. */
  #queueMissing(suite: Suite, warning: string | null): number {
    const { store } = this.#project.require();
    let queued = 0;
    for (const seed of suite.seeds) {
      for (const { id, vich, layerEmbedding, title } of VARIANTS) {
        if (!suite.variants.includes(id) || has(suite, id, seed)) continue;
        const { request } = suite;
        const settings = { ...request.settings, vich, layerEmbedding, seed };
        const name = `${suite.name}: ${title}, seed ${seed}`;
        const { run } = this.#runs.startTraining({ ...request, settings, name }, warning);
        store.suites.addRun(suite.id, { run, variant: id, seed });
        queued += 1;
      }
    }
    return queued;
  }

  #runsOf(suite: Suite): Run[] {
    const ids = new Set(suite.runs.map(({ run }) => run));
    return this.#runs
      .list()
      .filter(({ id }) => ids.has(id))
      .toSorted((a, b) => a.id - b.id);
  }

  #freeName(preset: string): string {
    const taken = new Set(this.list().map(({ name }) => name));
    let number = 1;
    while (taken.has(`Ablation of ${preset} ${number}`)) number++;
    return `Ablation of ${preset} ${number}`;
  }
}

function has({ runs }: Suite, variant: VariantId, seed: number): boolean {
  return runs.some((one) => one.variant === variant && one.seed === seed);
}
