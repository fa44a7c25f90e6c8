import type { Clock, Ports, TextRenderer } from '@agon/arena';
import {
  checkServer,
  connect,
  createAccountStore,
  createAuditLog,
  createBattleBrowser,
  createBattleStore,
  createBoardFeed,
  createBoardStore,
  createCampaignMemberStore,
  createCampaignStore,
  createContentStore,
  createDriftStore,
  createExporter,
  createExportStore,
  createIds,
  createImporter,
  createImportStore,
  createInvitationStore,
  createJudgeCardStore,
  createJudgeStore,
  createKeyStore,
  createLabStore,
  createOverviewStore,
  createProviderStore,
  createQuarantineStore,
  createRaterStore,
  createRunStore,
  createSentBackStore,
  createVoterAddresses,
  createVoteStore,
  type Database,
  openBoardFits,
  openJobProcesses,
  openRunQueue,
  type RunQueueConnection,
} from '@agon/database';
import { judgeFiles } from '@agon/inference/judges';
import { createProviderRules } from '@agon/inference/rules';
import { createKeyVault } from '@agon/inference/vault';
import { openReports } from '@agon/report';
import { createAddressHash } from './adapters/address-hash.ts';
import { createAddressLimits } from './adapters/address-limits.ts';
import { createCompletionCodes } from './adapters/completion-codes.ts';
import { monotonicClock } from './adapters/monotonic-clock.ts';
import { nodeSecrets } from './adapters/node-secrets.ts';
import { createSnapshotSigner } from './adapters/snapshot-signer.ts';
import { systemClock } from './adapters/system-clock.ts';
import { createTicketSigner } from './adapters/ticket-signer.ts';
import { type Auth, createAuth } from './auth/create-auth.ts';
import { createSessions } from './auth/sessions.ts';
import type { Log } from './log/line-log.ts';

export type ComposeOptions = {
  readonly databaseUrl: string;
  readonly connections?: number;
  readonly secret: string;
  readonly publicOrigin: string | null;
  /** What seals keys of providers, as AGON_ENCRYPTION_KEY says it; empty: none can be stored. */
  readonly encryptionKeys: string;
  /** What providers may be: AGON_PROVIDER_HOSTS and AGON_KEY_VARIABLES are read from it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Ports of this machine that the arena itself listens on, as far as they are known: no provider is there. */
  readonly ownPorts: () => readonly number[];
  readonly renderer: TextRenderer;
  readonly log: Log;
  /** Default: the clock of this machine. */
  readonly clock?: Clock;
  /** Default: pg-boss on the same database. */
  readonly queue?: ApiQueue;
  /** Default: votes of an address are limited, as their campaign says. */
  readonly limitsVotes?: boolean;
};

/** The api announces runs; the judge service listens. */
type ApiQueue = Omit<RunQueueConnection, 'listen'>;

/** Models are asked by the judge service alone, comparisons are read by the thread that fits boards. */
export type ApiPorts = Omit<Ports, 'modelClients' | 'batches' | 'timers' | 'comparisons'>;

export type Composed = {
  readonly ports: ApiPorts;
  readonly auth: Auth;
  readonly database: Database;
  readonly queue: ApiQueue;
  close(): Promise<void>;
};

/** The one place of this app where ports meet their adapters. @throws ArenaError unknown_option, database_unreachable, database_refused, database_too_old */
export async function compose(options: ComposeOptions): Promise<Composed> {
  const { secret, publicOrigin, renderer, clock = systemClock } = options;
  const vault = createKeyVault(options.encryptionKeys);
  const providerRules = createProviderRules(options);
  const database = connect(options.databaseUrl, { connections: options.connections ?? 10 });
  const accounts = createAccountStore(database);
  const auth = createAuth({
    database,
    secret,
    publicOrigin,
    onLink: (anonymous, account) => accounts.linkRater(anonymous, account),
  });
  let feed: Awaited<ReturnType<typeof createBoardFeed>>;
  let queue: ApiQueue;
  try {
    await checkServer(database);
    [feed, queue] = await Promise.all([
      createBoardFeed(database),
      options.queue ??
        openRunQueue(options.databaseUrl, ({ message }) =>
          options.log({ event: 'error', route: 'queue', message }),
        ),
    ]);
  } catch (error) {
    await database.close();
    throw error;
  }
  const processes = openJobProcesses();
  const looks = openJobProcesses(0);
  const fits = openBoardFits(options.databaseUrl, { feed });
  const reports = openReports();
  const ports: ApiPorts = {
    accounts,
    sessionStore: accounts,
    sessions: createSessions(auth),
    keys: createKeyStore(database),
    secrets: nodeSecrets,
    campaigns: createCampaignStore(database, () => clock.now()),
    members: createCampaignMemberStore(database),
    content: createContentStore(database),
    raters: createRaterStore(database),
    quarantine: createQuarantineStore(database),
    battles: createBattleStore(database),
    battleBrowser: createBattleBrowser(database),
    votes: createVoteStore(database),
    invitations: createInvitationStore(database),
    voterAddresses: createVoterAddresses(database, createAddressHash(secret)),
    addressLimits: options.limitsVotes === false ? { take: () => {} } : createAddressLimits(monotonicClock),
    fits,
    reports,
    boards: createBoardStore(database),
    imports: createImportStore(database),
    importer: createImporter(options.databaseUrl, processes, looks),
    exports: createExportStore(database),
    exporter: createExporter(options.databaseUrl, processes),
    judges: judgeFiles(),
    judgeStore: createJudgeStore(database),
    judgeCards: createJudgeCardStore(database),
    sentBack: createSentBackStore(database, () => clock.now()),
    lab: createLabStore(database),
    drift: createDriftStore(database),
    providers: createProviderStore(database),
    providerRules,
    vault,
    runs: createRunStore(database),
    runQueue: queue,
    audit: createAuditLog(database),
    overview: createOverviewStore(database),
    feed,
    tickets: createTicketSigner(secret),
    snapshotSigner: createSnapshotSigner(secret),
    completionCodes: createCompletionCodes(secret),
    renderer,
    clock,
    ids: createIds(clock),
  };
  return {
    ports,
    auth,
    database,
    queue,
    async close() {
      await queue.stop();
      processes.close();
      looks.close();
      await reports.close();
      await fits.close();
      await feed.close();
      await database.close();
    },
  };
}
