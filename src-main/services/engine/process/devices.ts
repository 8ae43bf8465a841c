/** Which devices can be used here, and from what a person chose to one of them. */
import { FailureError, toFailure } from '../../../../src-shared/domain/failure.ts';
import { DeviceWork } from '../../../../src-shared/domain/device.ts';
import type { AutoChoice, Device, DeviceChoice, DeviceId } from '../../../../src-shared/domain/device.ts';
import type { DeviceFacts } from '../runtime/inventory.ts';
import { Lane } from './lane.ts';
import type { Measurements } from './measurements.ts';
import type { EngineProcess } from './spawn.ts';

/** Long for a driver that compiles its first shaders, short for a person who waits for the list. */
const PATIENCE_MS = 30_000;

export interface DeviceTools {
  readonly facts: () => Promise<DeviceFacts[]>;
  /** Each try has an engine process of its own: a driver that fails ends nothing but that. */
  readonly spawn: () => EngineProcess;
  readonly measurements: Measurements;
}

export class Devices {
  readonly #tools: DeviceTools;
  readonly #lanes = new Set<Lane>();
  #found: Promise<readonly Device[]> | null = null;

  constructor(tools: DeviceTools) {
    this.#tools = tools;
  }

  /** All devices, tried out once. */
  list(): Promise<readonly Device[]> {
    this.#found ??= this.#look().catch((thrown: unknown) => {
      this.#found = null;
      throw thrown;
    });
    return this.#found;
  }

  /** Looks again at the next question: something was installed or removed. */
  forget(): void {
    this.#found = null;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#lanes].map((lane) => lane.close()));
  }

  /** @throws FailureError 'unavailable' for a device that cannot be used here, with the reason. */
  async choose(choice: DeviceChoice, work: DeviceWork): Promise<DeviceId> {
    if (choice === 'cpu') return choice;
    const devices = await this.list();
    const usable = devices.filter(({ available }) => available);
    if (choice === 'auto') return this.#fastest(usable, work);
    const device = devices.find(({ id }) => id === choice);
    if (device?.available) return choice;
    throw new FailureError({
      kind: 'unavailable',
      message: `The device ${choice} cannot be used: ${device?.reason ?? 'it is not known here.'}`,
      remedy: `Choose one of: ${usable.map(({ id }) => id).join(', ')}.`,
    });
  }

  async #look(): Promise<Device[]> {
    const facts = await this.#tools.facts();
    return Promise.all(
      facts.map(async (device): Promise<Device> => {
        const tried = device.id !== 'cpu' && device.reason === null;
        const reason = tried ? await this.#probe(device.id) : device.reason;
        return { ...device, available: reason === null, reason };
      }),
    );
  }

  /** Null when the device computes, else one sentence. */
  async #probe(device: DeviceId): Promise<string | null> {
    try {
      await this.#alone((lane) => lane.call('probe', { device }));
      return null;
    } catch (thrown) {
      const { kind, message } = toFailure(thrown);
      return kind === 'lost' ? `The driver ended the test program: ${message}` : message;
    }
  }

  async #fastest(usable: readonly Device[], work: DeviceWork): Promise<DeviceId> {
    const [only, ...others] = usable;
    if (only === undefined) return 'cpu';
    if (others.length === 0) return only.id;
    let best = { id: only.id, seconds: Infinity };
    // One after another: at the same time they would slow each other down.
    for (const device of usable) {
      const seconds = await this.#seconds(device, work);
      if (seconds < best.seconds) best = { id: device.id, seconds };
    }
    return best.id;
  }

  /** What `auto` takes for each kind of work, and from which measurement; `no` measures nothing. */
  async auto(measure: 'no' | 'missing' | 'again'): Promise<AutoChoice[]> {
    const usable = (await this.list()).filter(({ available }) => available);
    const choices: AutoChoice[] = [];
    for (const work of DeviceWork.options) {
      if (measure === 'again') for (const device of usable) this.#tools.measurements.remove(keyOf(device, work));
      if (measure !== 'no') await this.#fastest(usable, work);
      choices.push(this.#known(usable, work, measure !== 'no'));
    }
    return choices;
  }

  /** @param tried a device without a measurement failed to give one. */
  #known(usable: readonly Device[], work: DeviceWork, tried: boolean): AutoChoice {
    const [only, ...others] = usable;
    if (only === undefined || others.length === 0) return { work, device: only?.id ?? 'cpu', measured: [] };
    const measured = usable.map((device) => ({
      device: device.id,
      seconds: this.#tools.measurements.get(keyOf(device, work)),
    }));
    const isKnown = tried || measured.every(({ seconds }) => seconds !== null);
    if (!isKnown) return { work, device: null, measured: measured.filter(({ seconds }) => seconds !== null) };
    const [fastest] = measured.toSorted((a, b) => (a.seconds ?? Infinity) - (b.seconds ?? Infinity));
    return { work, device: fastest?.device ?? only.id, measured };
  }

  /** Infinity for a device that fails to be measured. */
  async #seconds(device: Device, work: DeviceWork): Promise<number> {
    const key = keyOf(device, work);
    const known = this.#tools.measurements.get(key);
    if (known !== null) return known;
    try {
      const seconds = await this.#alone((lane) => lane.call('measure', { device: device.id, work }));
      this.#tools.measurements.set(key, seconds);
      return seconds;
    } catch {
      return Infinity;
    }
  }

  async #alone<T>(call: (lane: Lane) => Promise<T>): Promise<T> {
    const lane = new Lane(this.#tools.spawn);
    this.#lanes.add(lane);
    let isLate = false;
    const impatience = setTimeout(() => {
      isLate = true;
      void lane.close();
    }, PATIENCE_MS);
    try {
      return await call(lane);
    } catch (thrown) {
      if (!isLate) throw thrown;
      const message = `It gave no answer within ${PATIENCE_MS / 1000} seconds.`;
      throw new FailureError({ kind: 'unavailable', message, remedy: '' });
    } finally {
      clearTimeout(impatience);
      this.#lanes.delete(lane);
      await lane.close();
    }
  }
}

/** What a measurement is kept under: another driver or runtime is measured anew. */
function keyOf({ id, name, driver, runtime }: Device, work: DeviceWork): string {
  return [id, name, driver ?? '', runtime, work].join(' | ');
}
