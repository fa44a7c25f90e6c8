import { offerSetup, resealKeys } from '@agon/arena';
import { checkRoom, checkServer, type Database, migrationStatus } from '@agon/database';
import { readOwnPorts } from '@agon/inference/supervisor';
import { renderText } from '@agon/rendering';
import { cacheRenderer } from './adapters/text-renderer.ts';
import { type ApiPorts, compose } from './compose.ts';
import { createApp } from './create-app.ts';
import { loadDemoCampaign } from './load-demo-campaign.ts';
import { createLineLog } from './log/line-log.ts';
import { createMetrics, type PoolState } from './metrics.ts';
import type { ApiConfig } from './read-config.ts';
import { runMaintenance } from './run-maintenance.ts';
import { startServer } from './server.ts';

export type ApiServer = {
  readonly url: string;
  /** One-time token for the first admin; null once there is one. */
  readonly setupToken: string | null;
  stop(): Promise<void>;
};

/** Composes, checks the database, loads the demo where wanted, and listens. @throws ArenaError that says what to do */
export async function startApiServer(
  config: ApiConfig,
  options: {
    /** Puts other adapters in place: how the crash test runs designs that are broken on purpose. */
    readonly replace?: (ports: ApiPorts, database: Database) => ApiPorts;
  } = {},
): Promise<ApiServer> {
  const { settings } = config;
  const log = createLineLog({
    level: config.logLevel,
    write: (line) => process.stderr.write(line),
    now: () => Date.now(),
  });
  const ownPorts = [...readOwnPorts({ AGON_DATABASE_URL: config.databaseUrl })];
  const composed = await compose({
    ...config,
    ownPorts: () => ownPorts,
    publicOrigin: settings.publicOrigin,
    limitsVotes: settings.rateLimits !== null,
    renderer: cacheRenderer(renderText),
    log,
  });
  const { auth, database, queue } = composed;
  const ports = options.replace?.(composed.ports, database) ?? composed.ports;
  try {
    if (config.loadsDemo) await loadDemoCampaign(ports);
    const keys = await resealKeys(ports);
    if (keys.resealed.length > 0 || keys.unreadable.length > 0) {
      log({
        event: 'keys_resealed',
        level: keys.unreadable.length > 0 ? 'warn' : 'info',
        resealed: keys.resealed.length,
        unreadable: keys.unreadable,
      });
    }
    const api = createApp({
      ports,
      auth,
      authSecret: config.secret,
      settings,
      log,
      metrics: createMetrics({
        processMetrics: true,
        readPool: async () => [
          ...(await database.sql<PoolState[]>`
            select coalesce(state, 'background') as state, count(*)::int as connections
            from pg_stat_activity where datname = current_database() group by 1`),
        ],
      }),
      readyChecks: [
        { name: 'database', run: async () => void (await checkServer(database)) },
        {
          name: 'migrations',
          run: async () => {
            const { pending, newer } = await migrationStatus(database.sql);
            if (newer) throw new Error('the database was written by a newer version');
            if (pending.length > 0) throw new Error(`pending: ${pending.join(', ')}`);
          },
        },
        { name: 'room', run: () => checkRoom(database) },
        { name: 'queue', run: () => queue.check() },
      ],
    });
    const stopMaintenance = runMaintenance(ports, log);
    const setupToken = await offerSetup(ports);
    const server = await startServer({
      api,
      host: config.host,
      port: config.port,
      pages: config.pages,
      allowedHosts: settings.allowedHosts,
      isHttps: settings.publicOrigin?.startsWith('https://') ?? false,
    });
    // known only now where any free port was asked for
    ownPorts.push(Number(new URL(server.url).port));
    return {
      url: server.url,
      setupToken,
      async stop() {
        stopMaintenance();
        await server.stop();
        await composed.close();
      },
    };
  } catch (error) {
    await composed.close();
    throw error;
  }
}
