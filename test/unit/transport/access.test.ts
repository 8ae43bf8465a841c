import { describe, expect, it } from 'vitest';
import { Access, type Purpose, type RequestFacts } from '../../../src-main/transport/http/access.ts';

const TOKEN = 'k'.repeat(43);
const PORT = 8760;

function cookieOf(access: Access): string {
  return access.exchange(TOKEN)?.split(';')[0] ?? '';
}

describe('access to the web host', () => {
  const access = new Access(TOKEN, PORT);
  const good = cookieOf(access);

  const hosts = [
    `127.0.0.1:${PORT}`,
    `localhost:${PORT}`,
    '127.0.0.1',
    `evil.test:${PORT}`,
    `127.0.0.1:${PORT + 1}`,
    `[::1]:${PORT}`,
    `LOCALHOST:${PORT}`,
    `localhost.:${PORT}`,
    null,
  ];
  const origins = [
    null,
    `http://127.0.0.1:${PORT}`,
    `http://localhost:${PORT}`,
    `https://127.0.0.1:${PORT}`,
    `http://127.0.0.1:${PORT + 1}`,
    'http://evil.test',
    'null',
    '',
  ];
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'];
  const cookies = [
    good,
    null,
    `${access.cookieName}=${TOKEN}`,
    `${access.cookieName}=`,
    `${good}; ${access.cookieName}=x`,
    `other=1; ${good.slice(0, -1)}`,
    cookieOf(new Access(TOKEN, PORT + 1)),
  ];
  const purposes: Purpose[] = ['read', 'call', 'listen'];

  it('admits exactly the requests that meet every rule: Host x Origin x method x token x purpose', () => {
    let [asked, admitted] = [0, 0];
    const wrong: unknown[] = [];
    for (const host of hosts)
      for (const origin of origins)
        for (const method of methods)
          for (const cookie of cookies)
            for (const purpose of purposes) {
              const facts: RequestFacts = { host, origin, method, cookie, site: null };
              const own = host === `127.0.0.1:${PORT}` || host === `localhost:${PORT}`;
              const sameOrigin = origin === `http://${host}`;
              const allowed =
                own &&
                cookie === good &&
                (purpose === 'read'
                  ? (method === 'GET' || method === 'HEAD') && (origin === null || sameOrigin)
                  : method === (purpose === 'call' ? 'POST' : 'GET') && sameOrigin);
              const refusal = access.refuse(facts, purpose);
              asked++;
              if (refusal === null) admitted++;
              if ((refusal === null) !== allowed) wrong.push({ ...facts, purpose, refusal });
            }
    expect(wrong).toEqual([]);
    expect({ asked, admitted }).toEqual({ asked: 9 * 8 * 6 * 7 * 3, admitted: 2 * (4 + 1 + 1) });
  });

  it('refuses a page on another port of this machine, which would carry the cookie', () => {
    const facts = { method: 'GET', host: `127.0.0.1:${PORT}`, origin: null, cookie: good };
    expect(access.refuse({ ...facts, site: 'same-site' }, 'read')).toMatchObject({ status: 403 });
    expect(access.refuse({ ...facts, site: 'cross-site' }, 'read')).toMatchObject({ status: 403 });
    expect(access.refuse({ ...facts, site: 'same-origin' }, 'read')).toBeNull();
    expect(access.refuse({ ...facts, site: 'none' }, 'read')).toBeNull();
  });

  it('exchanges the token for a cookie that does not contain it', () => {
    const cookie = access.exchange(TOKEN) ?? '';
    expect(cookie).toMatch(/^poster-var-8760=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/);
    expect(cookie).not.toContain(TOKEN);
    expect(access.exchange('')).toBeNull();
    expect(access.exchange(`${TOKEN} `)).toBeNull();
  });

  it('takes a ticket once', () => {
    const ticket = new URL(access.ticketUrl()).searchParams.get('token') ?? '';
    expect(ticket).not.toBe(TOKEN);
    expect(access.exchange(ticket)).toBe(access.exchange(TOKEN));
    expect(access.exchange(ticket)).toBeNull();
  });
});
