import type { ImportFiles } from '@agon/arena';
import { exportCampaign, importFiles, inspectFile, listFormats, listImports, undoImport } from '@agon/arena';
import type { CreateImportBody } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { type LabelMeaning, parseLabelMeaning } from '@agon/formats/labels';
import { exportResponse } from '../http/export-response.ts';
import { spoolTexts, type Upload } from '../http/read-upload.ts';
import { streamImport } from '../stream-import.ts';
import type { RouteDeps } from './route-deps.ts';

export function dataRoutes({ serve, ports, asRefusal }: RouteDeps): void {
  serve('createImport', async ({ actor, params, body, upload }) => {
    const given = upload ?? (await spoolTexts(body.files));
    try {
      return await importFiles({ actor, campaign: params.campaign, ...commandOf(body, given) }, ports);
    } finally {
      await given.remove();
    }
  });

  serve('streamImport', async ({ actor, params, body, upload }) => {
    const given = upload ?? (await spoolTexts(body.files));
    const command = { actor, campaign: params.campaign, ...commandOf(body, given) };
    return streamImport(
      (watch) => importFiles({ ...command, ...watch }, ports).finally(() => given.remove()),
      asRefusal,
    );
  });

  serve('listFormats', () => listFormats());
  serve('inspectFile', async ({ actor, body, upload }) => {
    const given = upload ?? (await spoolTexts([body]));
    try {
      const [file] = given.files;
      if (file === undefined) throw noFile();
      return await inspectFile({ actor, file }, ports);
    } finally {
      await given.remove();
    }
  });

  serve('listImports', ({ actor, params, query }) =>
    listImports({ actor, campaign: params.campaign, ...query }, ports),
  );

  serve('undoImport', ({ actor, params }) => undoImport({ actor, import: params.import }, ports));

  serve('exportCampaign', async ({ actor, params, query, request }) => {
    const { signal } = request;
    const command = { actor, campaign: params.campaign, ...query, signal };
    const exported = await exportCampaign(command, ports).catch((error: unknown) => {
      if (signal.aborted && error === signal.reason) return null;
      throw error;
    });
    // nobody reads it: no fault of ours, so that nothing is logged
    if (exported === null) return new Response(null, { status: READER_LEFT });
    return exportResponse(exported, request);
  });
}

/** For the counts of replies alone, as proxies use it: whoever asked is gone. */
const READER_LEFT = 499;

type ImportBody = Omit<CreateImportBody, 'files'> & {
  readonly files: readonly Partial<CreateImportBody['files'][number]>[];
};

/** Files and what is said of them; what is said of one goes before what is said of all. */
function commandOf(
  body: ImportBody,
  { files }: Upload,
): Omit<ImportFiles, 'actor' | 'campaign' | 'onProgress' | 'signal'> {
  if (files.length === 0) throw noFile();
  const {
    files: own,
    on_error: onError = 'none',
    dry_run: dryRun = false,
    create = false,
    unblinded = 'drop',
    oversampled = 'keep',
    ...all
  } = body;
  return {
    files: files.map((file, i) => {
      const { text: _, name: __, ...said } = own[i] ?? {};
      return { ...readingOf({ ...all, ...said }), ...file };
    }),
    create,
    onError,
    dryRun,
    unblinded,
    oversampled,
  };
}

type Reading = Pick<CreateImportBody, 'format' | 'map' | 'labels' | 'scale' | 'preference' | 'models'>;

function readingOf({ labels, preference, ...reading }: Reading) {
  return {
    ...reading,
    ...(labels === undefined ? {} : { labels: meaningsOf(labels) }),
    ...(preference === undefined ? {} : { preference: { low: preference[0], high: preference[1] } }),
  };
}

function meaningsOf(labels: Readonly<Record<string, string>>): Record<string, LabelMeaning> {
  return Object.fromEntries(
    Object.entries(labels).map(([value, text]) => {
      const meaning = parseLabelMeaning(text);
      if (meaning !== null) return [value, meaning];
      throw new ArenaError('invalid_request', `"${text}" is no meaning of a label.`, {
        hint: 'Say a, b, tie, both_bad or skip; a*3 counts three times.',
        at: { column: 'labels', value },
      });
    }),
  );
}

function noFile(): ArenaError {
  return new ArenaError('invalid_request', 'There is no file in the request.', {
    hint: 'Send at least one part "file".',
    at: { column: 'file' },
  });
}
