/** Who may talk to the web host. Pure decisions over a request's facts: the server only asks. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What of a request decides. Header values as sent; null where absent. */
export interface RequestFacts {
  readonly method: string;
  readonly host: string | null;
  readonly origin: string | null;
  readonly cookie: string | null;
  /** `Sec-Fetch-Site`: which page asks. */
  readonly site: string | null;
}

/** What is asked for: reading a page's parts, calling a method, or listening to events. */
export type Purpose = 'read' | 'call' | 'listen';

export interface Refusal {
  readonly status: 400 | 401 | 403 | 405;
  readonly message: string;
  readonly remedy: string;
}

const SIGN_IN: Refusal = {
  status: 401,
  message: 'This page needs the address with the token in it.',
  remedy: 'Open the address that the workbench printed when it started.',
};
const WRONG_HOST: Refusal = {
  status: 403,
  message: 'The workbench answers to 127.0.0.1 and localhost only.',
  remedy: 'Over SSH, forward the same port number: ssh -L PORT:127.0.0.1:PORT.',
};
const WRONG_ORIGIN: Refusal = {
  status: 403,
  message: 'Another page tried to reach the workbench.',
  remedy: 'Only the workbench’s own page may do so.',
};
const WRONG_METHOD: Refusal = {
  status: 405,
  message: 'Pages and images are read with GET, methods are called with POST.',
  remedy: '',
};

const METHODS_OF: Readonly<Record<Purpose, readonly string[]>> = {
  read: ['GET', 'HEAD'],
  call: ['POST'],
  listen: ['GET'],
};

/** A ticket is for the browser that the host itself opens: command lines can be read by others, so it works once. */
const TICKET_LIFETIME_MS = 60_000;

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function equal(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

export class Access {
  readonly #token: string;
  readonly #port: number;
  readonly #cookie: string;
  readonly #hosts: ReadonlySet<string>;
  readonly #tickets = new Map<string, number>();

  constructor(token: string, port: number) {
    this.#token = token;
    this.#port = port;
    // Browsers send a host's cookies to every port: what another program could see there must not be the token itself.
    this.#cookie = digest(`cookie ${port} ${token}`).toString('base64url');
    this.#hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  }

  get cookieName(): string {
    return `poster-var-${this.#port}`;
  }

  /** Address that lets its holder in. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}/?token=${this.#token}`;
  }

  /** Address that lets one browser in, once and soon. */
  ticketUrl(): string {
    const ticket = randomBytes(32).toString('base64url');
    this.#tickets.set(ticket, Date.now() + TICKET_LIFETIME_MS);
    return `http://127.0.0.1:${this.#port}/?token=${ticket}`;
  }

  /** The Set-Cookie value for a right token or ticket, or null. */
  exchange(token: string): string | null {
    const until = this.#tickets.get(token);
    this.#tickets.delete(token);
    if (!equal(token, this.#token) && !(until !== undefined && Date.now() < until)) return null;
    return `${this.cookieName}=${this.#cookie}; HttpOnly; SameSite=Strict; Path=/`;
  }

  /** Host and Origin only: what even the token's exchange must meet. */
  refuseForeign(facts: RequestFacts, purpose: Purpose): Refusal | null {
    if (facts.host === null || !this.#hosts.has(facts.host)) return WRONG_HOST;
    if (!METHODS_OF[purpose].includes(facts.method)) return WRONG_METHOD;
    const own = facts.origin === `http://${facts.host}`;
    // Reading sends no Origin from the page itself; calling and listening always do.
    if (purpose === 'read' ? facts.origin !== null && !own : !own) return WRONG_ORIGIN;
    return null;
  }

  /** Null where the request may go on. */
  refuse(facts: RequestFacts, purpose: Purpose): Refusal | null {
    const foreign = this.refuseForeign(facts, purpose);
    if (foreign !== null) return foreign;
    // A page on another port of this machine is "same-site": its images would carry the cookie.
    if (facts.site !== null && facts.site !== 'same-origin' && facts.site !== 'none') return WRONG_ORIGIN;
    return this.#holdsCookie(facts.cookie) ? null : SIGN_IN;
  }

  #holdsCookie(header: string | null): boolean {
    const values = (header ?? '').split(/;\s*/).flatMap((pair) => {
      const at = pair.indexOf('=');
      return pair.slice(0, at) === this.cookieName ? [pair.slice(at + 1)] : [];
    });
    return values.length === 1 && equal(values[0] ?? '', this.#cookie);
  }
}
