import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AccountRecord } from '@agon/arena';
import { campaignSettingsSchema } from '@agon/contract';
import {
  connect,
  createAccountStore,
  createBattleBrowser,
  createBoardStore,
  createCampaignStore,
  createDriftStore,
  createExportStore,
  createIds,
  createJudgeCardStore,
  createJudgeStore,
  createOverviewStore,
  createProviderStore,
  createQuarantineStore,
  createRaterStore,
  createRunStore,
  createSentBackStore,
  createVoterAddresses,
  createVoteStore,
  type Database,
  openRunQueue,
} from '@agon/database';
import type { CampaignId, Outcome, UserId, VoteId } from '@agon/domain';
import { judgeFiles } from '@agon/inference/judges';
import { createTestDatabase } from '@agon/testkit';
import { writableImports } from '@agon/testkit/bundles';
import {
  accountStoreContract,
  battleBrowserContract,
  clockContract,
  driftStoreContract,
  exportStoreContract,
  importStoreContract,
  judgeCardStoreContract,
  judgeCatalogueContract,
  judgeStoreContract,
  overviewStoreContract,
  providerStoreContract,
  quarantineStoreContract,
  runCallsContract,
  runQueueContract,
  runStoreContract,
  sentBackStoreContract,
  sessionStoreContract,
  sessionsContract,
  voterAddressesContract,
} from '@agon/testkit/contracts';
import { afterEach } from 'vitest';
import { createAddressHash } from '../../apps/api/src/adapters/address-hash.ts';
import { systemClock } from '../../apps/api/src/adapters/system-clock.ts';
import { createAuth, sessionCookieName } from '../../apps/api/src/auth/create-auth.ts';
import { readSessionToken } from '../../apps/api/src/auth/session-cookie.ts';
import { createSessions } from '../../apps/api/src/auth/sessions.ts';

const SECRET = 'only for tests: 0123456789abcdefghijklmnopqrstuvwxyz';
const ids = createIds(systemClock);

/** What a test opened, to be closed after it, the last first. */
const opened: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function newDatabaseUrl(): Promise<string> {
  const testDatabase = await createTestDatabase();
  opened.push(testDatabase.drop);
  return testDatabase.url;
}

/** Two processes on data of their own, and what suites need beside the ports they test. */
async function twoProcesses() {
  const url = await newDatabaseUrl();
  const enter = (): Database => {
    const database = connect(url, { connections: 4 });
    opened.push(() => database.close());
    return database;
  };
  const [here, there] = [enter(), enter()];
  const { sql } = here;

  return {
    here,
    there,
    async person(is: Partial<Pick<AccountRecord, 'role' | 'anonymous' | 'createdAtMs'>> = {}) {
      const { role = 'voter', anonymous = false, createdAtMs = Date.now() } = is;
      const id = randomUUID();
      await sql`insert into users (id, name, email, role, is_anonymous, created_at)
        values (${id}, 'Ada', ${`${id}@example.org`}, ${role}, ${anonymous}, ${new Date(createdAtMs)})`;
      return id as string as UserId;
    },
    async campaign(
      is: { slug?: string; state?: 'draft' | 'open' | 'closed'; target?: number; by?: UserId } = {},
    ) {
      const id = ids.next() as CampaignId;
      const { slug = `c-${id}`, state = 'open', target } = is;
      const settings = campaignSettingsSchema.parse(target === undefined ? {} : { target_votes: target });
      await createCampaignStore(here, systemClock.now).create(
        {
          id,
          slug,
          title: slug,
          description: '',
          attribution: null,
          state,
          settings,
          createdAtMs: Date.now(),
        },
        is.by ?? null,
      );
      return id;
    },
    async undo(vote: VoteId) {
      await sql`insert into vote_revisions (vote_id, campaign_id, kind)
        select id, campaign_id, 'undo' from votes where id = ${vote}`;
    },
    async recast(vote: VoteId, outcome: Outcome) {
      await sql`insert into vote_revisions (vote_id, campaign_id, kind, outcome)
        select id, campaign_id, 'recast', ${outcome} from votes where id = ${vote}`;
    },
    async exclude(vote: VoteId, reason: string) {
      await sql`insert into quarantine (vote_id, reason) values (${vote}, ${reason})`;
    },
  };
}

async function judging() {
  const processes = await twoProcesses();
  return {
    ...processes,
    ids,
    runs: createRunStore(processes.here),
    elsewhere: createRunStore(processes.there),
    judgeStore: createJudgeStore(processes.here),
    judgeStoreElsewhere: createJudgeStore(processes.there),
    providers: createProviderStore(processes.here),
    imports: writableImports(processes.here),
    exports: createExportStore(processes.here),
  };
}

clockContract(() => systemClock);

accountStoreContract(async () => {
  const { here, there, person } = await twoProcesses();
  return {
    accounts: createAccountStore(here),
    elsewhere: createAccountStore(there),
    person,
    // a store remembers whose rater is whose: a new one asks
    raterOf: (user) => createRaterStore(here).raterOf(user),
  };
});

sessionStoreContract(async () => {
  const { here, there, person } = await twoProcesses();
  return {
    sessions: createAccountStore(here),
    elsewhere: createAccountStore(there),
    accounts: createAccountStore(here),
    person,
    async begin(user, expiresAtMs) {
      const token = randomUUID();
      await here.sql`insert into sessions (id, token, user_id, expires_at)
        values (${randomUUID()}, ${token}, ${user}, ${new Date(expiresAtMs)})`;
      return token;
    },
  };
});

sessionsContract(async () => {
  const { here } = await twoProcesses();
  const auth = createAuth({ database: here, secret: SECRET, publicOrigin: null, onLink: async () => {} });
  return {
    sessions: createSessions(auth),
    async readCookies(cookies) {
      const header = cookies.map((cookie) => cookie.split(';')[0]).join('; ');
      const token = readSessionToken(header, sessionCookieName(null), SECRET);
      return token === null ? null : createAccountStore(here).findSession(token, Date.now());
    },
  };
});

importStoreContract(() => judging().then((setup) => ({ ...setup, elsewhere: writableImports(setup.there) })));
exportStoreContract(() => judging().then((setup) => ({ ...setup, votes: createVoteStore(setup.here) })));
battleBrowserContract(() =>
  judging().then((setup) => ({
    ...setup,
    browser: createBattleBrowser(setup.here),
    elsewhere: createBattleBrowser(setup.there),
  })),
);
quarantineStoreContract(() =>
  judging().then((setup) => ({ ...setup, quarantine: createQuarantineStore(setup.here) })),
);
voterAddressesContract(async () => {
  const { here, there, campaign } = await twoProcesses();
  const hash = createAddressHash(SECRET);
  return {
    addresses: createVoterAddresses(here, hash),
    elsewhere: createVoterAddresses(there, hash),
    ids,
    campaign,
  };
});
providerStoreContract(async () => {
  const { here, there } = await twoProcesses();
  return {
    providers: createProviderStore(here),
    elsewhere: createProviderStore(there),
    ids,
    async check(id, found, atMs) {
      await here.sql`update providers set capabilities = ${here.sql.json(found as never)},
        checked_at = ${new Date(atMs)} where id = ${id}`;
    },
  };
});
judgeStoreContract(judging);
judgeCardStoreContract(() =>
  judging().then((setup) => ({ ...setup, cards: createJudgeCardStore(setup.here) })),
);
driftStoreContract(() =>
  judging().then((setup) => ({
    ...setup,
    drift: createDriftStore(setup.here),
    driftElsewhere: createDriftStore(setup.there),
  })),
);
sentBackStoreContract(async () => {
  const setup = await judging();
  let aheadMs = 0;
  const now = () => systemClock.now() + aheadMs;
  return {
    ...setup,
    sentBack: createSentBackStore(setup.here, now),
    sentBackElsewhere: createSentBackStore(setup.there, now),
    pass(ms) {
      aheadMs += ms;
    },
  };
});
runStoreContract(judging);
runCallsContract(judging);
overviewStoreContract(async () => {
  const setup = await judging();
  return { ...setup, overview: createOverviewStore(setup.here), boards: createBoardStore(setup.here) };
});

runQueueContract(async () => {
  const url = await newDatabaseUrl();
  const open = async () => {
    const queue = await openRunQueue(url, () => {});
    opened.push(() => queue.stop());
    return queue;
  };
  return {
    queue: await open(),
    elsewhere: await open(),
    listen: async (work) => (await open()).listen(work),
  };
});

judgeCatalogueContract(async (files) => {
  const folder = await mkdtemp(join(tmpdir(), 'agon-judges-'));
  opened.push(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'README.md'), 'no judge');
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'judge.md'), text);
  }
  return judgeFiles(pathToFileURL(`${folder}/`));
});
