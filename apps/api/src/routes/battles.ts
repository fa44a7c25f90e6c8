import { exportBattles, getBattle, getVerdictReply, listBattles } from '@agon/arena';
import { exportResponse } from '../http/export-response.ts';
import type { RouteDeps } from './route-deps.ts';

export function battleRoutes({ serve, ports }: RouteDeps): void {
  serve('listBattles', ({ actor, params, query: { cursor, limit, ...query } }) =>
    listBattles({ actor, campaign: params.campaign, query, cursor, limit }, ports),
  );
  // before single battles, of which none is called so
  serve('exportBattles', async ({ actor, params, query: { as, ...query }, request }) =>
    exportResponse(await exportBattles({ actor, campaign: params.campaign, query, as }, ports), request),
  );
  serve('getBattle', ({ actor, params, query }) => getBattle({ actor, ...params, query }, ports));
  serve('getVerdictReply', ({ actor, params }) => getVerdictReply({ actor, ...params }, ports));
}
