import { type Clock, offerSetup } from '@agon/arena';
import { checkRoom } from '@agon/database';
import type { RunId } from '@agon/domain';
import { createTestDatabase } from '@agon/testkit';
import { type ApiSettings, DEFAULT_WATCHER_LIMITS } from '../../apps/api/src/api-settings.ts';
import { type Composed, compose } from '../../apps/api/src/compose.ts';
import { type ApiApp, createApp } from '../../apps/api/src/create-app.ts';
import type { Log } from '../../apps/api/src/log/line-log.ts';
import { createMetrics } from '../../apps/api/src/metrics.ts';
import { Visitor } from './visitor.ts';

export const OWNER_KEY = 'agon_owner_of-this-test';
/** A port that this arena says it listens on. */
export const OWN_PORT = 4711;
/** Seals keys of providers. */
export const ENCRYPTION_KEY = Buffer.alloc(32, 7).toString('base64');
const SECRET = 'only for tests: 0123456789abcdefghijklmnopqrstuvwxyz';

/** Clocks that a test can change; else they run as usual. */
export class TestClock implements Clock {
  /** How far somebody has set the clock ahead; below 0: back. */
  aheadMs = 0;
  /** Time that has passed besides what really has. */
  passedMs = 0;
  now(): number {
    return Date.now() + this.passedMs + this.aheadMs;
  }
  /** Time passes for it, too; nobody can set it. */
  readonly monotonic: Clock = { now: () => performance.now() + this.passedMs };
}

export type ArenaUnderTest = Composed & {
  readonly api: ApiApp;
  readonly databaseUrl: string;
  readonly clock: TestClock;
  /** Runs that workers were told of. */
  readonly announced: readonly RunId[];
  /** What was logged as unexpected. */
  readonly logged: Readonly<Record<string, unknown>>[];
  /** A browser without any session. */
  visitor(): Visitor;
  /** The owner of the data folder, as the command line speaks. */
  owner(): Visitor;
  script(key: string): Visitor;
  /** Somebody with an account, signed in; the first one made becomes the admin. */
  person(name: string): Promise<Visitor>;
};

export type ArenaOptions = Partial<
  Pick<ApiSettings, 'rateLimits' | 'publicOrigin' | 'checkReplies' | 'accessLog' | 'metrics' | 'watchers'>
> & {
  /** Default: kept in `logged`. */
  readonly log?: Log;
  readonly adapt?: (composed: Composed) => Composed;
  /** Default: `ENCRYPTION_KEY`. */
  readonly encryptionKeys?: string;
  /** Another process on the same database: the database stays when this one closes. */
  readonly beside?: { readonly databaseUrl: string };
};

/** The whole API in process, on a database of its own. Texts are shown escaped, not rendered: that is tested elsewhere. */
export async function openArena(options: ArenaOptions = {}): Promise<ArenaUnderTest> {
  const { beside } = options;
  const testDatabase =
    beside === undefined ? await createTestDatabase() : { url: beside.databaseUrl, drop: async () => {} };
  const clock = new TestClock();
  const announced: RunId[] = [];
  const logged: Readonly<Record<string, unknown>>[] = [];
  const log: Log = options.log ?? ((entry) => logged.push(entry));
  const plain = await compose({
    databaseUrl: testDatabase.url,
    connections: 5,
    secret: SECRET,
    publicOrigin: options.publicOrigin ?? null,
    encryptionKeys: options.encryptionKeys ?? ENCRYPTION_KEY,
    environment: { AGON_PROVIDER_HOSTS: 'loopback', AGON_KEY_VARIABLES: 'LAB_KEY' },
    ownPorts: () => [OWN_PORT],
    log,
    clock,
    queue: {
      announce: async (run) => void announced.push(run),
      check: async () => {},
      stop: async () => {},
    },
    renderer: {
      render: (text) => ({ html: `<p>${text.replaceAll('<', '&lt;')}</p>`, direction: 'auto' }),
    },
  });
  const composed = options.adapt?.(plain) ?? plain;
  const api = createApp({
    ports: composed.ports,
    auth: composed.auth,
    authSecret: SECRET,
    metrics: createMetrics(),
    readyChecks: [
      { name: 'database', run: async () => void (await composed.database.sql`select 1`) },
      { name: 'room', run: () => checkRoom(composed.database) },
    ],
    log,
    monotonic: clock.monotonic,
    settings: {
      publicOrigin: options.publicOrigin ?? null,
      allowedHosts: null,
      trustedProxies: 0,
      rateLimits: options.rateLimits ?? null,
      metrics: options.metrics ?? 'open',
      watchers: options.watchers ?? DEFAULT_WATCHER_LIMITS,
      checkReplies: options.checkReplies ?? 'all',
      accessLog: options.accessLog ?? false,
      ownerKey: OWNER_KEY,
      version: '0.0.0',
    },
  });
  return {
    ...composed,
    api,
    databaseUrl: testDatabase.url,
    clock,
    announced,
    logged,
    visitor: () => new Visitor(api.app),
    owner: () => new Visitor(api.app, { authorization: `Bearer ${OWNER_KEY}` }),
    script: (key) => new Visitor(api.app, { authorization: `Bearer ${key}` }),
    async person(name) {
      const visitor = new Visitor(api.app);
      const account = { name, email: `${name}@example.org`, password: `password of ${name}` };
      const token = await offerSetup(composed.ports);
      if (token !== null) await visitor.call('claimSetup', { body: { token, ...account } });
      else await visitor.send('POST', '/api/auth/sign-up/email', account);
      return visitor;
    },
    async close() {
      api.drain();
      await composed.close();
      await testDatabase.drop();
    },
  };
}
