import {
  createSnapshot,
  getBadge,
  getBoard,
  getBoardCategories,
  getBoardModel,
  getReport,
  getSnapshot,
  getUnified,
  listSnapshots,
  parseEach,
  requireCampaignRole,
} from '@agon/arena';
import { REPORT_MEDIA_TYPES } from '@agon/contract';
import { API_HEADERS } from '../http/security-headers.ts';
import { writeBoard } from '../http/written-reply.ts';
import type { RouteDeps } from './route-deps.ts';

export function boardRoutes({ serve, ports, guard, metrics, watchers }: RouteDeps): void {
  const timed = async <Result>(read: Promise<Result>): Promise<Result> => {
    const startedAt = performance.now();
    const result = await read;
    metrics.boardRead((performance.now() - startedAt) / 1000);
    return result;
  };

  serve('getBoard', ({ actor, params, query, address }) => {
    guard('boards', actor, address);
    return timed(getBoard({ actor, campaign: params.campaign, query }, ports).then(writeBoard));
  });

  serve('getBoardCategories', ({ actor, params, query, address }) => {
    guard('boards', actor, address);
    return timed(getBoardCategories({ actor, campaign: params.campaign, query }, ports));
  });

  serve('getBoardModel', ({ actor, params, query, address }) => {
    guard('boards', actor, address);
    return timed(getBoardModel({ actor, campaign: params.campaign, model: params.model, query }, ports));
  });

  serve('watchBoard', async ({ actor, params, address }) => {
    guard('boards', actor, address);
    const campaign = await requireCampaignRole(actor, params.campaign, 'visitor', ports);
    return watchers.open(campaign.id, { address, userId: actor.userId });
  });

  serve('getBadge', async ({ actor, params, address }) => {
    guard('boards', actor, address);
    const svg = await getBadge({ actor, campaign: params.campaign }, ports);
    return new Response(svg, {
      headers: { ...API_HEADERS, 'content-type': 'image/svg+xml', 'cache-control': 'max-age=300' },
    });
  });

  serve('getUnified', ({ actor, params, query, address }) => {
    const { method, missing, each, ...weights } = query;
    guard('boards', actor, address);
    const settings = { method, missing, weights: { ...weights, each: parseEach(each) } };
    return timed(getUnified({ actor, campaign: params.campaign, ...settings }, ports));
  });

  serve('listSnapshots', ({ actor, params, query }) =>
    listSnapshots({ actor, campaign: params.campaign, ...query }, ports),
  );

  serve('createSnapshot', ({ actor, params, body }) =>
    createSnapshot({ actor, campaign: params.campaign, query: body.query }, ports),
  );

  serve('getReport', async ({ actor, params, query, address }) => {
    guard('boards', actor, address);
    const { bytes, name } = await getReport({ actor, snapshot: params.snapshot, ...query }, ports);
    return new Response(bytes as BodyInit, {
      headers: {
        ...API_HEADERS,
        'content-type': REPORT_MEDIA_TYPES[query.as],
        'content-disposition': `attachment; filename="${name}"`,
        'content-length': String(bytes.length),
      },
    });
  });

  serve('getSnapshot', ({ actor, params }) => getSnapshot({ actor, snapshot: params.snapshot }, ports));
}
