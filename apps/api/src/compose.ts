import type { Clock, Ports, TextRenderer } from '@agon/arena';
import {
  checkServer,
  connect,
  createAccountStore,
  createAuditLog,
  createBattleStore,
  createBoardFeed,
  createBoardStore,
  createCampaignStore,
  createComparisonStore,
  createContentStore,
  createExportStore,
  createIds,
  createImportStore,
  createJudgeStore,
  createKeyStore,
  createRaterStore,
  createVoteStore,
  type Database,
  openJudgeQueue,
} from '@agon/database';
import { createJudgeModels, instrumentFiles } from '@agon/inference';
import { nodeSecrets } from './adapters/node-secrets.ts';
import { systemClock } from './adapters/system-clock.ts';
import { createTicketSigner } from './adapters/ticket-signer.ts';
import { type Auth, createAuth } from './auth/create-auth.ts';
import { createSessions } from './auth/sessions.ts';

export type ComposeOptions = {
  readonly databaseUrl: string;
  readonly connections?: number;
  readonly secret: string;
  readonly publicOrigin: string | null;
  readonly renderer: TextRenderer;
  /** Default: the clock of this machine. */
  readonly clock?: Clock;
};

export type Composed = {
  readonly ports: Ports;
  readonly auth: Auth;
  readonly database: Database;
  close(): Promise<void>;
};

/** The one place of this app where ports meet their adapters. @throws ArenaError database_unreachable, database_too_old */
export async function compose(options: ComposeOptions): Promise<Composed> {
  const { secret, publicOrigin, renderer, clock = systemClock } = options;
  const database = connect(options.databaseUrl, { connections: options.connections ?? 10 });
  const accounts = createAccountStore(database);
  const auth = createAuth({
    database,
    secret,
    publicOrigin,
    onLink: (anonymous, account) => accounts.linkRater(anonymous, account),
  });
  let feed: Awaited<ReturnType<typeof createBoardFeed>>;
  try {
    await checkServer(database);
    feed = await createBoardFeed(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  const queue = await openJudgeQueue(options.databaseUrl, (error) => {
    process.stderr.write(`${JSON.stringify({ level: 'error', service: 'queue', message: error.message })}\n`);
  });
  const ports: Ports = {
    accounts,
    sessionStore: accounts,
    sessions: createSessions(auth),
    keys: createKeyStore(database),
    secrets: nodeSecrets,
    campaigns: createCampaignStore(database, () => clock.now()),
    content: createContentStore(database),
    raters: createRaterStore(database),
    battles: createBattleStore(database),
    votes: createVoteStore(database),
    comparisons: createComparisonStore(database),
    boards: createBoardStore(database),
    imports: createImportStore(database),
    exports: createExportStore(database),
    judgeRuns: createJudgeStore(database),
    judgeQueue: queue,
    // the api starts runs and never asks a model itself
    judgeModels: createJudgeModels({}),
    instruments: instrumentFiles(),
    audit: createAuditLog(database),
    feed,
    tickets: createTicketSigner(secret),
    renderer,
    clock,
    ids: createIds(clock),
  };
  return {
    ports,
    auth,
    database,
    async close() {
      await queue.stop();
      await feed.close();
      await database.close();
    },
  };
}
