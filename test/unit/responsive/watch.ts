/**
 * How long a thread works at one go, between two turns of its event loop: in milliseconds of its own processor time, so that a busy
 * machine, on which it waits for its turn, says the same as an idle one. Several short turns can count as one, never one as several.
 */
export class Watch {
  static readonly #EVERY_MS = 2;
  #longest = 0;
  #before = Watch.#now();
  readonly #timer = setInterval(() => this.#look(), Watch.#EVERY_MS);

  static #now(): number {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  }

  #look(): void {
    const now = Watch.#now();
    this.#longest = Math.max(this.#longest, now - this.#before);
    this.#before = now;
  }

  /** The longest since the last call. */
  take(): number {
    this.#look();
    const found = this.#longest;
    this.#longest = 0;
    return found;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
