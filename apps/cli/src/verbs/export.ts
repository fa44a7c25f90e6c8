import { writeFileSync } from 'node:fs';
import { errorOf, urlOf } from '@agon/client';
import { EXPORT_FORMATS, EXPORT_WHATS } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { Command } from 'commander';
import { oneOf } from '../parse-options.ts';
import { note, printJson } from '../print.ts';
import { withServer } from '../with-server.ts';

type Options = {
  campaign: string;
  what: (typeof EXPORT_WHATS)[number];
  as: (typeof EXPORT_FORMATS)[number];
  out?: string;
  data?: string;
  json?: boolean;
};

/** `agon export`: to a file, or to stdout. */
export function command(): Command {
  return new Command('export')
    .description('Write what a campaign holds to a file, or to stdout.')
    .requiredOption('--campaign <slug>', 'campaign to read')
    .requiredOption('--what <what>', EXPORT_WHATS.join(', '), oneOf('what', EXPORT_WHATS))
    .option('--as <format>', EXPORT_FORMATS.join(', '), oneOf('as', EXPORT_FORMATS), 'jsonl' as const)
    .option('--out <path>', 'file to write (default: stdout)')
    .option('--data <dir>', 'data folder (default: AGON_DATA, or .agon)')
    .option('--json', 'with --out: say what was written as one JSON document')
    .addHelpText('after', '\nExample:\n  agon export --campaign spring --what votes --as csv --out votes.csv')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const body = await withServer(options, async ({ url: origin, apiKey }) => {
    // straight from the address: the bytes of a Parquet file, and any other, as they are
    const { url } = urlOf(
      'exportCampaign',
      { campaign: options.campaign },
      { what: options.what, as: options.as },
    );
    const response = await fetch(`${origin}${url}`, {
      headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    }).catch((cause: unknown) => {
      throw new ArenaError('provider_unreachable', `No answer from ${origin}.`, {
        hint: 'Check that the server runs and that the network is up.',
        cause,
      });
    });
    if (!response.ok) throw await errorOf(response);
    return new Uint8Array(await response.arrayBuffer());
  });
  if (options.out === undefined) {
    process.stdout.write(body);
    return;
  }
  writeFileSync(options.out, body);
  const bytes = body.length;
  if (options.json)
    printJson({ campaign: options.campaign, what: options.what, as: options.as, path: options.out, bytes });
  else note(`Wrote ${options.out} (${bytes} bytes)`);
}
