import type { Emit } from '../../src-shared/contract/client.ts';
import { EVENTS, type EventMessage, type EventName, type EventPayload } from '../../src-shared/contract/events.ts';
import { firstIssue } from './issues.ts';

export type EventListener = (message: EventMessage) => void;

export interface EventSource {
  /** Returns the function that ends the subscription. */
  subscribe(listener: EventListener): () => void;
}

/** Carries the services' events to every transport, in order. */
export class EventBus implements EventSource {
  readonly #listeners = new Set<EventListener>();
  readonly #check: boolean;

  /** `check`: payloads are held against the contract, for development and tests. */
  constructor(check: boolean) {
    this.#check = check;
  }

  readonly emit: Emit = <E extends EventName>(event: E, payload: EventPayload<E>) => {
    if (this.#check) {
      const checked = EVENTS[event].safeParse(payload);
      if (!checked.success) {
        const { field, problem } = firstIssue(checked.error);
        throw new TypeError(`Event ${event} breaks the contract: ${field}: ${problem}.`);
      }
    }
    const message = { event, payload } as EventMessage;
    for (const listener of this.#listeners) listener(message);
  };

  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
