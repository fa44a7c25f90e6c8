import { CALLS, type CallName, type CallShape, PATHS } from '@agon/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import { seedCampaign } from './seed-campaign.ts';
import { ORIGIN, type Visitor } from './visitor.ts';
import { consentTo, drawOne, nextKey } from './voter.ts';

let arena: ArenaUnderTest;
let slug: string;
let admin: Visitor;

beforeAll(async () => {
  arena = await openArena();
  ({ slug } = await seedCampaign(arena));
  admin = await arena.person('admin');
});
afterAll(() => arena.close());

const places = (Object.entries(PATHS) as [CallName, string][]).map(([name, place]) => {
  const [method = 'GET', path = '/'] = place.split(' ');
  return { name, method, path: path.replace(/\{\w+\}/g, 'x') };
});
const changing = [
  ...places.filter(({ method }) => method !== 'GET'),
  { name: 'sign-up', method: 'POST', path: '/api/auth/sign-up/email' },
  { name: 'sign-in', method: 'POST', path: '/api/auth/sign-in/email' },
  { name: 'sign-out', method: 'POST', path: '/api/auth/sign-out' },
];

const HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

describe('every call of the contract', () => {
  it.each(places)('$name is served', async ({ method, path }) => {
    const response = await arena.visitor().send(method, path);
    const text = await response.text();
    expect(text).not.toContain('There is nothing at');
    for (const [name, value] of Object.entries(HEADERS)) expect(response.headers.get(name), name).toBe(value);
    if (response.status >= 400) expect(response.headers.get('content-type')).toBe('application/problem+json');
  });

  it.each(places.filter(({ name }) => (CALLS[name] as CallShape).access !== 'public'))(
    '$name refuses a stranger',
    async ({ method, path }) => {
      const response = await arena.visitor().send(method, path);
      expect([response.status, await response.json()]).toMatchObject([401, { code: 'not_signed_in' }]);
    },
  );

  it.each(places.filter(({ name }) => ['researcher', 'admin'].includes((CALLS[name] as CallShape).access)))(
    '$name refuses a voter',
    async ({ method, path }) => {
      const visitor = arena.visitor();
      await consentTo(visitor, slug);
      const response = await visitor.send(method, path);
      expect([response.status, await response.json()]).toMatchObject([403, { code: 'not_allowed' }]);
    },
  );
});

describe('requests that change something', () => {
  const foreign: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['another site', { origin: 'https://evil.example', 'content-type': 'application/json' }],
    [
      'another site, as a form',
      { origin: 'https://evil.example', 'content-type': 'application/x-www-form-urlencoded' },
    ],
    ['another site, as plain text', { origin: 'https://evil.example', 'content-type': 'text/plain' }],
    ['a sandboxed frame', { origin: 'null', 'content-type': 'application/json' }],
    ['nowhere', { 'content-type': 'application/json' }],
    ['a cross-site fetch', { 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' }],
  ];

  it.each(changing)(
    '$name: refused from elsewhere, with the cookies of an admin',
    async ({ method, path }) => {
      for (const [where, headers] of foreign) {
        const response = await arena.api.app.request(`${ORIGIN}${path}`, {
          method,
          headers: { ...headers, cookie: admin.cookies },
          body: '{}',
        });
        expect([where, response.status, await response.json()]).toMatchObject([
          where,
          403,
          { code: 'foreign_origin' },
        ]);
      }
    },
  );

  it('changed nothing', async () => {
    expect(await admin.call('getMe')).toMatchObject({ signed_in: true, role: 'admin' });
    expect((await admin.call('listKeys')).items).toEqual([]);
  });
});

describe('bodies', () => {
  const types = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/json',
  ];

  it.each([
    ...places.filter(({ name }) => 'body' in CALLS[name]),
    ...['sign-up/email', 'sign-in/email'].map((path) => ({
      name: path,
      method: 'POST',
      path: `/api/auth/${path}`,
    })),
  ])('$name takes no other type', async ({ name, method, path }) => {
    const forms = 'form' in (CALLS[name as CallName] ?? {});
    for (const type of types) {
      if (forms && type.startsWith('multipart')) continue;
      const response = await arena.owner().send(method, path, '{}', { 'content-type': type });
      expect([type, response.status, await response.json()]).toMatchObject([
        type,
        415,
        { code: 'wrong_content_type' },
      ]);
    }
  });

  it('must be JSON and say so', async () => {
    const text = await admin.send('POST', '/api/v1/campaigns', '{"slug":"x","title":"X"}', {
      'content-type': 'text/plain',
    });
    expect([text.status, await text.json()]).toMatchObject([
      415,
      { code: 'wrong_content_type', at: { column: 'content-type', value: 'text/plain' } },
    ]);
    const broken = await admin.send('POST', '/api/v1/campaigns', '{"slug":');
    expect([broken.status, await broken.json()]).toMatchObject([400, { code: 'invalid_request' }]);
  });

  it('name the field that does not fit', async () => {
    const response = await admin.send('POST', '/api/v1/campaigns', { slug: 'Not A Slug', title: 'X' });
    expect(await response.json()).toMatchObject({ at: { column: 'slug', value: 'Not A Slug' } });
    const query = await admin.send('GET', '/api/v1/campaigns?limit=0');
    expect([query.status, await query.json()]).toMatchObject([400, { at: { column: 'limit', value: '0' } }]);
  });

  it.each([
    ['/api/v1/campaigns', 512 * 1024],
    ['/api/auth/sign-in/email', 512 * 1024],
    ['/api/v1/campaigns/x/imports', 4 * 1024 * 1024],
  ])('%s takes %i bytes at most, counted or declared', async (path, limit) => {
    const declared = await admin.send('POST', path, '{}', { 'content-length': String(limit + 1) });
    expect([declared.status, await declared.json()]).toMatchObject([413, { code: 'too_large' }]);
    const counted = await admin.send('POST', path, JSON.stringify({ title: 'x'.repeat(limit) }));
    expect([counted.status, await counted.json()]).toMatchObject([413, { code: 'too_large' }]);
  });

  it('of files are not read for a stranger', async () => {
    const response = await arena.visitor().send('POST', '/api/v1/campaigns/x/imports', '{}', {
      'content-length': String(64 * 1024 * 1024),
    });
    expect(response.status).toBe(401);
  });
});

describe('metrics', () => {
  it.each<[string, 'closed' | { key: string }, string | null, number]>([
    ['are not served beyond this machine', 'closed', null, 404],
    ['are not, with any key', 'closed', 'Bearer x', 404],
    ['need their key', { key: 'k'.repeat(16) }, null, 401],
    ['take no other', { key: 'k'.repeat(16) }, `Bearer ${'k'.repeat(15)}`, 401],
    ['are served with it', { key: 'k'.repeat(16) }, `Bearer ${'k'.repeat(16)}`, 200],
  ])('%s', async (_, metrics, authorization, status) => {
    const own = await openArena({ metrics });
    try {
      const headers: Record<string, string> = authorization === null ? {} : { authorization };
      const response = await own.visitor().send('GET', '/metrics', undefined, headers);
      expect(response.status).toBe(status);
      expect((await response.text()).includes('agon_votes_total')).toBe(status === 200);
    } finally {
      await own.close();
    }
  });
});

describe('signing in', () => {
  it('leads nowhere else', async () => {
    await arena.person('traveller');
    const account = { email: 'traveller@example.org', password: 'password of traveller' };
    const signIn = (callbackURL: string) =>
      arena.visitor().send('POST', '/api/auth/sign-in/email', { ...account, callbackURL });
    const away = await signIn('https://evil.example/');
    expect([away.status, await away.json()]).toMatchObject([400, { at: { column: 'callbackURL' } }]);
    expect(away.headers.get('location')).toBeNull();
    expect(away.headers.getSetCookie()).toEqual([]);
    expect((await signIn('/workbench')).status).toBe(200);
  });
});

describe('failures', () => {
  it('of an unknown route are problems', async () => {
    for (const path of ['/api/v1/nothing', '/api/nothing', '/api/v1/campaigns/x/y/z']) {
      const response = await arena.visitor().send('GET', path);
      expect([response.status, await response.json()]).toMatchObject([404, { code: 'not_found' }]);
    }
  });

  it('that nobody foresaw tell nothing and are logged once', async () => {
    const broken = await openArena({
      adapt: (composed) => ({
        ...composed,
        ports: {
          ...composed.ports,
          campaigns: {
            ...composed.ports.campaigns,
            list: () => Promise.reject(new Error('secret detail of the database')),
          },
        },
      }),
    });
    try {
      const response = await broken.visitor().send('GET', '/api/v1/campaigns');
      const text = await response.text();
      expect([response.status, JSON.parse(text)]).toMatchObject([500, { code: 'internal' }]);
      expect(text).not.toMatch(/secret|\.ts|at /);
      expect(broken.logged).toHaveLength(1);
    } finally {
      await broken.close();
    }
  });

  it('of the database ask to come back', async () => {
    const lost = await openArena({
      adapt: (composed) => ({
        ...composed,
        ports: {
          ...composed.ports,
          campaigns: {
            ...composed.ports.campaigns,
            list: () => Promise.reject(Object.assign(new Error('x'), { code: 'CONNECTION_CLOSED' })),
          },
        },
      }),
    });
    try {
      const response = await lost.visitor().send('GET', '/api/v1/campaigns');
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toBe('1');
      expect(lost.logged).toEqual([]);
    } finally {
      await lost.close();
    }
  });
});

describe('rate limits', () => {
  it('slow one voter down and leave the others alone', async () => {
    const slow = { perSecond: 1, burst: 2 };
    const quick = { perSecond: 1000, burst: 1000 };
    const limited = await openArena({
      rateLimits: { votes: slow, draws: quick, consents: quick, signIns: quick, boards: quick },
    });
    try {
      const campaign = await seedCampaign(limited);
      const [one, two] = [limited.visitor(), limited.visitor()];
      await consentTo(one, campaign.slug);
      await consentTo(two, campaign.slug);
      const battle = await drawOne(one, campaign.slug);
      const body = { ticket: battle.ticket, outcome: 'a', idempotency_key: nextKey() };
      const statuses: number[] = [];
      let last: Response | undefined;
      for (let i = 0; i < 3; i += 1) {
        last = await one.send('POST', `/api/v1/battles/${battle.id}/votes`, body);
        statuses.push(last.status);
      }
      expect(statuses).toEqual([201, 201, 429]);
      expect(last?.headers.get('retry-after')).toBe('1');
      const other = await drawOne(two, campaign.slug);
      const counted = await two.send('POST', `/api/v1/battles/${other.id}/votes`, {
        ticket: other.ticket,
        outcome: 'a',
        idempotency_key: nextKey(),
      });
      expect(counted.status).toBe(201);
    } finally {
      await limited.close();
    }
  });
});

describe('health', () => {
  it('is told without a session', async () => {
    expect((await arena.visitor().send('GET', '/healthz')).status).toBe(200);
    const ready = await arena.visitor().send('GET', '/readyz');
    expect([ready.status, await ready.json()]).toMatchObject([200, { ready: true }]);
    const metrics = await (await arena.visitor().send('GET', '/metrics')).text();
    expect(metrics).toMatch(/agon_http_requests_total\{route="castVote",status="401"\} \d/);
    expect(metrics).toContain('agon_http_request_duration_seconds_bucket');
  });

  it('is not ready while it stops', async () => {
    const stopping = await openArena();
    try {
      stopping.api.drain();
      expect((await stopping.visitor().send('GET', '/readyz')).status).toBe(503);
      expect((await stopping.visitor().send('GET', '/healthz')).status).toBe(200);
    } finally {
      await stopping.close();
    }
  });
});
