import { Readable } from 'node:stream';
import { exportCampaign, importFiles, inspectFile, listFormats, listImports, undoImport } from '@agon/arena';
import { API_HEADERS } from '../http/security-headers.ts';
import { streamImport } from '../stream-import.ts';
import type { RouteDeps } from './route-deps.ts';

export function dataRoutes({ serve, ports, log }: RouteDeps): void {
  serve('createImport', ({ actor, params, body }) => {
    const { on_error: onError, dry_run: dryRun, ...rest } = body;
    return importFiles({ actor, campaign: params.campaign, ...rest, onError, dryRun }, ports);
  });

  serve('streamImport', async ({ actor, params, body }) => {
    const { on_error: onError, dry_run: dryRun, ...rest } = body;
    const command = { actor, campaign: params.campaign, ...rest, onError, dryRun };
    return streamImport((watch) => importFiles({ ...command, ...watch }, ports), log);
  });

  serve('listFormats', () => listFormats());
  serve('inspectFile', ({ actor, body }) => inspectFile({ actor, ...body }));

  serve('listImports', ({ actor, params, query }) =>
    listImports({ actor, campaign: params.campaign, ...query }, ports),
  );

  serve('undoImport', ({ actor, params }) => undoImport({ actor, import: params.import }, ports));

  serve('exportCampaign', async ({ actor, params, query }) => {
    const { body, fileName, mediaType } = await exportCampaign(
      { actor, campaign: params.campaign, ...query },
      ports,
    );
    return new Response(Readable.toWeb(Readable.from(body)) as ReadableStream, {
      headers: {
        ...API_HEADERS,
        'content-type': mediaType,
        'content-disposition': `attachment; filename="${fileName}"`,
      },
    });
  });
}
