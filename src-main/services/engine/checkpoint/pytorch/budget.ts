import { LIMITS } from './limits.ts';
import { refuse } from './refuse.ts';
import type { PyKey, PyValue } from './values.ts';

/** Bytes that V8 needs, rounded up; a Map is the largest of the containers. */
const CONTAINER = 200;
const MEMBER = 16;
const ENTRY = 64;
const NUMBER = 24;
const TEXT = 48;

/** Counts what a pickle builds, so that a small file cannot fill the memory. */
export class Budget {
  #left: number = LIMITS.heldBytes;
  #operations: number = LIMITS.operations;

  operation(): void {
    this.#operations -= 1;
    if (this.#operations < 0) throw refuse(`its pickle has more than ${LIMITS.operations} operations`);
  }

  charge(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw refuse('its pickle builds more than a checkpoint ever needs');
  }

  container<T extends PyValue>(value: T): T {
    this.charge(CONTAINER);
    return value;
  }

  members(count: number): void {
    this.charge(count * MEMBER);
  }

  entries(count: number): void {
    this.charge(count * ENTRY);
  }

  text(text: string): string {
    this.charge(TEXT + 2 * text.length);
    return text;
  }

  number<T extends PyKey>(value: T): T {
    this.charge(NUMBER);
    return value;
  }
}
