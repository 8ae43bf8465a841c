import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Failure } from '../../../src-shared/domain/failure.ts';
import type { DeviceChoice } from '../../../src-shared/domain/device.ts';
import type { Preset, PresetList, TrainRequest, TrainSettings } from '../../../src-shared/domain/run.ts';
import { client } from '../../api/client.ts';
import { busy } from '../../state/busy.svelte.ts';
import { session } from '../../state/session.svelte.ts';
import {
  changedNumber,
  newDraft,
  readDraft,
  withDataset,
  withPreset,
  type NumberKey,
  type Problems,
  type TrainDraft,
} from './draft.ts';

/** The form for the next run. It outlives the view, so that a look at the gallery loses nothing that was typed. */
class TrainForm {
  #presets = $state.raw<readonly Preset[]>([]);
  #broken = $state.raw<PresetList['broken']>([]);
  #draft = $state.raw<TrainDraft | null>(null);
  #failure = $state.raw<Failure | null>(null);
  #submitting = $state(false);

  get presets(): readonly Preset[] {
    return this.#presets;
  }
  /** Files of one's own presets that cannot be read. */
  get broken(): PresetList['broken'] {
    return this.#broken;
  }
  /** Null until the presets are here. */
  get draft(): TrainDraft | null {
    return this.#draft;
  }
  /** Why the last attempt to load or to start failed. */
  get failure(): Failure | null {
    return this.#failure;
  }
  get submitting(): boolean {
    return this.#submitting;
  }

  get preset(): Preset | null {
    return this.#presets.find(({ name }) => name === this.#draft?.preset) ?? this.#presets[0] ?? null;
  }

  get dataset(): Dataset | null {
    return session.datasets.find(({ id }) => id === this.#draft?.dataset) ?? null;
  }

  get devices(): readonly DeviceChoice[] {
    return session.devices.filter(({ available }) => available).map(({ id }) => id);
  }

  readonly #read = $derived.by(() => {
    const preset = this.preset;
    if (this.#draft === null || preset === null) return null;
    return readDraft(this.#draft, { preset, splits: this.dataset?.splits ?? null, devices: this.devices });
  });

  /** The request that the form stands for; null while something is wrong with it. */
  get request(): TrainRequest | null {
    return this.#read !== null && 'request' in this.#read ? this.#read.request : null;
  }

  get settings(): TrainSettings | null {
    return this.request?.settings ?? null;
  }

  get problems(): Problems {
    return this.#read !== null && 'problems' in this.#read ? this.#read.problems : {};
  }

  /** The preset's value of a number that the form changed. */
  original(key: NumberKey): string | null {
    const preset = this.preset;
    return this.#draft === null || preset === null ? null : changedNumber(this.#draft, preset, key);
  }

  /** Fetches the presets, once. */
  async load(): Promise<void> {
    if (this.#presets.length > 0) return;
    const result = await busy.track(client.call('train.presets', {}));
    this.#failure = result.ok ? null : result.error;
    if (!result.ok) return;
    this.#take(result.value);
    this.reset();
  }

  #take({ presets, broken }: PresetList): void {
    this.#presets = presets;
    this.#broken = broken;
  }

  /** Saves the form's settings as a preset of one's own, which is then the chosen one. @returns whether it was saved. */
  async savePreset(title: string): Promise<boolean> {
    const settings = this.settings;
    if (settings === null) return false;
    const result = await busy.track(client.call('train.savePreset', { title, settings }));
    this.#failure = result.ok ? null : result.error;
    if (!result.ok) return false;
    await this.#reload();
    this.choosePreset(result.value.name);
    return true;
  }

  async removePreset(name: string): Promise<void> {
    const result = await busy.track(client.call('train.removePreset', { name }));
    this.#failure = result.ok ? null : result.error;
    if (!result.ok) return;
    await this.#reload();
    const [first] = this.#presets;
    if (first !== undefined && this.#draft?.preset === name) this.choosePreset(first.name);
  }

  async #reload(): Promise<void> {
    const result = await busy.track(client.call('train.presets', {}));
    if (result.ok) this.#take(result.value);
  }

  /** The first preset, on the dataset one looks at. */
  reset(): void {
    const first = this.#presets[0];
    if (first === undefined) return;
    const dataset = session.dataset;
    this.#failure = null;
    this.#draft = dataset === null ? newDraft(first) : withDataset(newDraft(first), dataset);
  }

  /** Takes the dataset one looks at when the form's own is gone, as after opening another project. */
  followDataset(): void {
    if (this.#draft === null || this.dataset !== null || session.dataset === null) return;
    // A model of the other project is not here either.
    const initial = { ...this.#draft.initial, run: null };
    this.#draft = { ...withDataset(this.#draft, session.dataset), initial };
  }

  choosePreset(name: string): void {
    const preset = this.#presets.find((one) => one.name === name);
    if (this.#draft !== null && preset !== undefined) this.#draft = withPreset(this.#draft, preset);
  }

  chooseDataset(id: number): void {
    const dataset = session.datasets.find((one) => one.id === id);
    if (this.#draft !== null && dataset !== undefined) this.#draft = withDataset(this.#draft, dataset);
  }

  change(changes: Partial<Omit<TrainDraft, 'preset' | 'dataset' | 'numbers' | 'choices'>>): void {
    if (this.#draft !== null) this.#draft = { ...this.#draft, ...changes };
  }

  choose(changes: Partial<TrainDraft['choices']>): void {
    if (this.#draft !== null) this.#draft = { ...this.#draft, choices: { ...this.#draft.choices, ...changes } };
  }

  type(key: NumberKey, text: string): void {
    if (this.#draft !== null) this.#draft = { ...this.#draft, numbers: { ...this.#draft.numbers, [key]: text } };
  }

  /**
   * Queues the run; its id, or null when the form or the service refused.
   * @param allowLeak although pictures stand in both splits.
   */
  async submit(allowLeak = false): Promise<number | null> {
    const read = this.#read;
    if (read === null || 'problems' in read || this.#submitting) return null;
    this.#submitting = true;
    const result = await busy.track(client.call('train.start', { ...read.request, ...(allowLeak && { allowLeak }) }));
    this.#submitting = false;
    this.#failure = result.ok ? null : result.error;
    if (result.ok) this.change({ name: '' });
    return result.ok ? result.value.run : null;
  }
}

export const trainForm = new TrainForm();
