import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLineLog } from '../../apps/api/src/log/line-log.ts';
import { startServer } from '../../apps/api/src/server.ts';
import { type ArenaUnderTest, OWNER_KEY, openArena } from './arena-under-test.ts';
import { seedCampaign } from './seed-campaign.ts';
import type { Visitor } from './visitor.ts';
import { consentTo, drawOne, nextKey } from './voter.ts';

const lines: string[] = [];
let arena: ArenaUnderTest;
let slug: string;
let admin: Visitor;
let voter: Visitor;

beforeAll(async () => {
  arena = await openArena({
    accessLog: true,
    log: createLineLog({ level: 'debug', write: (line) => lines.push(line), now: () => Date.now() }),
  });
  ({ slug } = await seedCampaign(arena));
  admin = await arena.person('admin');
  voter = arena.visitor();
  await consentTo(voter, slug);
});
afterAll(() => arena.close());

/** What must be in no line, whatever fails. Each is sent below in a request that fails in the database. */
const SECRETS = {
  name: 'Quincunx Featherstonehaugh',
  email: 'quincunx@mail.example',
  password: 'hunter2 and then some',
  note: 'my neighbour said this',
  answer: 'an answer that nobody may read in a log',
  title: 'an unpublished study',
  description: 'what we hope to find',
  model: 'okapi-unreleased-70b',
  prompt: 'a prompt under embargo',
  rater: 'prolific-5f3a99',
  providerKey: 'sk-live-1234567890abcdef',
  shortKey: 'plainkeywithoutprefix',
  header: 'secret-project-header',
  baseUrl: 'internal-gateway-7',
  keyName: 'key of the night shift',
  setupToken: 'setup-token-0123456789',
  cursor: 'cursor-that-tells',
  query: 'query-that-tells',
  bearer: 'agon_0123456789abcdefghij',
  snapshotAnchor: 'anchor-that-tells',
};

describe('20 secrets and names', () => {
  it('are in no line, though every statement that holds one fails', async () => {
    expect(Object.keys(SECRETS)).toHaveLength(20);
    const battle = await drawOne(voter, slug);
    const vote = await voter.call('castVote', {
      params: { battle: battle.id },
      body: { ticket: battle.ticket, outcome: 'a', idempotency_key: nextKey() },
    });
    const provider = {
      name: 'mine',
      base_url: `http://127.0.0.1:9/${SECRETS.baseUrl}`,
      key: SECRETS.shortKey,
    };
    const tables = await arena.database.sql<{ name: string }[]>`
      select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`;
    await arena.database.sql.unsafe(`
      create function fail() returns trigger language plpgsql as $$
      begin raise exception 'out of order' using errcode = 'XX000', detail = new::text; end $$;
      ${tables.map(({ name }) => `create trigger fail before insert or update on "${name}" for each row execute function fail();`).join('\n')}`);
    const csv = `model_a,model_b,winner,prompt,response_a,response_b,rater\n${SECRETS.model},y,model_a,${SECRETS.prompt},${SECRETS.answer},z,${SECRETS.rater}`;
    const sent: readonly (readonly [Visitor, string, string, unknown?, Record<string, string>?])[] = [
      [
        arena.visitor(),
        'POST',
        '/api/auth/sign-up/email',
        { name: SECRETS.name, email: SECRETS.email, password: SECRETS.password },
      ],
      [admin, 'POST', '/api/auth/update-user', { name: SECRETS.name }],
      [
        arena.visitor(),
        'POST',
        '/api/v1/setup',
        { token: SECRETS.setupToken, name: SECRETS.name, email: SECRETS.email, password: SECRETS.password },
      ],
      [voter, 'POST', `/api/v1/votes/${vote.vote.id}/annotations`, { note: SECRETS.note }],
      [
        admin,
        'POST',
        '/api/v1/campaigns',
        { slug: 'secret', title: SECRETS.title, description: SECRETS.description },
      ],
      [
        admin,
        'POST',
        `/api/v1/campaigns/${slug}/imports`,
        { files: [{ name: 'a.csv', text: csv }], create: true },
      ],
      [admin, 'POST', '/api/v1/providers', provider],
      [admin, 'POST', '/api/v1/providers', { ...provider, key: SECRETS.providerKey }],
      [admin, 'POST', '/api/v1/keys', { name: SECRETS.keyName, scopes: ['read'] }],
      [
        admin,
        'POST',
        `/api/v1/campaigns/${slug}/snapshots`,
        { query: { anchor: `${SECRETS.snapshotAnchor}=1` } },
      ],
      [admin, 'GET', `/api/v1/members?cursor=${SECRETS.cursor}`],
      [admin, 'GET', `/api/v1/campaigns/${slug}/board?category=${SECRETS.query}`],
      [arena.script(SECRETS.bearer), 'GET', '/api/v1/keys'],
      [admin, 'GET', `/api/v1/nothing/${SECRETS.query}`, undefined, { referer: SECRETS.header }],
    ];
    lines.length = 0;
    let failed = 0;
    for (const [who, method, path, body, headers] of sent) {
      const response = await who.send(method, path, body, headers);
      if (response.status === 500) failed += 1;
      expect(await response.text()).not.toMatch(/out of order|insert into/);
    }
    // the test would say nothing where nothing failed
    expect(failed).toBeGreaterThanOrEqual(6);
    const all = lines.join('');
    for (const [what, secret] of Object.entries(SECRETS)) expect(all, what).not.toContain(secret);
    expect(all).not.toContain(OWNER_KEY);
    for (const cookie of [admin.cookies, voter.cookies]) expect(all).not.toContain(cookie.split('=')[1]);
    expect(all).not.toContain('[object');
    const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.filter(({ event }) => event === 'error').length).toBeGreaterThanOrEqual(failed);
    for (const event of events) {
      expect(event).toMatchObject({
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        level: expect.stringMatching(/^(error|warn|info|debug)$/),
        request: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
    }
    await arena.database.sql.unsafe('drop function fail() cascade');
  });
});

describe('requests', () => {
  it('have an id in every reply and in every line of theirs', async () => {
    for (const [method, path] of [
      ['GET', '/api/v1/campaigns'],
      ['GET', '/api/v1/nothing'],
      ['GET', '/healthz'],
      ['POST', '/api/auth/sign-in/email'],
      ['GET', '/api/v1/docs'],
      ['GET', `/api/v1/campaigns/${slug}/board/events`],
    ] as const) {
      lines.length = 0;
      const response = await arena.visitor().send(method, path, method === 'POST' ? {} : undefined);
      const id = response.headers.get('x-request-id');
      expect([path, id]).toEqual([path, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
      expect(lines.map((line) => JSON.parse(line).request)).toEqual([id]);
      await response.body?.cancel();
    }
  });

  it('are logged by their route, with status and time, and not by what they ask', async () => {
    lines.length = 0;
    await arena.visitor().send('GET', `/api/v1/campaigns/${slug}?x=secret`);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      event: 'request',
      level: 'info',
      method: 'GET',
      route: '/api/v1/campaigns/:campaign',
      status: 400,
      ms: expect.any(Number),
    });
    expect(lines.join()).not.toMatch(/secret|seeded/);
  });

  it('take the id of a page, and none that anybody gives', async () => {
    const server = await startServer({
      api: arena.api,
      host: '127.0.0.1',
      port: 0,
      pages: null,
      isHttps: false,
    });
    const answer = await fetch(server.url, { headers: { 'x-request-id': 'given-by-anybody' } });
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    await answer.text();
    await server.stop();
    expect(lines.some((line) => JSON.parse(line).route === 'page')).toBe(true);
  });
});
