import type { Campaign } from '@agon/contract';
import { Command } from 'commander';
import { printJson, printTable } from '../print.ts';
import { type Server, withServer } from '../with-server.ts';

type Common = { data?: string; json?: boolean };

/** `agon campaign list|show|create|open|close`. */
export function command(): Command {
  const campaign = new Command('campaign')
    .description('List, show, create, open and close campaigns.')
    .addHelpText(
      'after',
      '\nExample:\n  agon campaign create spring --title "Spring round" && agon campaign open spring',
    );
  const common = (each: Command) =>
    each
      .option('--data <dir>', 'data folder (default: AGON_DATA, or .agon)')
      .option('--json', 'one JSON document on stdout');
  common(campaign.command('list').description('all campaigns')).action(list);
  common(campaign.command('show <slug>').description('one campaign with its settings and counts')).action(
    show,
  );
  common(campaign.command('create <slug>').description('a new campaign, as a draft'))
    .requiredOption('--title <text>', 'title that voters see')
    .option('--description <text>', 'what it is about', '')
    .action(create);
  common(campaign.command('open <slug>').description('let people vote')).action(
    (slug: string, options: Common) => change(slug, 'open', options),
  );
  common(campaign.command('close <slug>').description('stop voting; the board stays')).action(
    (slug: string, options: Common) => change(slug, 'closed', options),
  );
  return campaign;
}

async function list(options: Common): Promise<void> {
  const campaigns = await withServer(options, allCampaigns);
  if (options.json) {
    printJson({
      campaigns: campaigns.map(({ slug, title, state, counts }) => ({ slug, title, state, ...counts })),
    });
    return;
  }
  printTable(
    ['slug', 'title', 'state', 'models', 'prompts', 'answers', 'votes', 'verdicts'],
    campaigns.map(({ slug, title, state, counts }) => [
      slug,
      title,
      state,
      counts.models,
      counts.prompts,
      counts.answers,
      counts.votes,
      counts.verdicts,
    ]),
  );
}

async function allCampaigns({ client }: Server): Promise<Campaign[]> {
  const all: Campaign[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: { items: Campaign[]; next_cursor: string | null } = await client('listCampaigns', {
      query: { limit: 500, ...(cursor === undefined ? {} : { cursor }) },
    });
    all.push(...page.items);
    cursor = page.next_cursor;
  }
  return all;
}

async function show(slug: string, options: Common): Promise<void> {
  print(
    await withServer(options, ({ client }) => client('getCampaign', { params: { campaign: slug } })),
    options,
  );
}

async function create(slug: string, options: Common & { title: string; description: string }): Promise<void> {
  const { title, description } = options;
  print(
    await withServer(options, ({ client }) =>
      client('createCampaign', { body: { slug, title, description } }),
    ),
    options,
  );
}

async function change(slug: string, state: 'open' | 'closed', options: Common): Promise<void> {
  print(
    await withServer(options, ({ client }) =>
      client('changeCampaign', { params: { campaign: slug }, body: { state } }),
    ),
    options,
  );
}

function print(campaign: Campaign, options: Common): void {
  if (options.json) {
    const { counts, ...rest } = campaign;
    printJson({ ...rest, ...counts });
    return;
  }
  process.stdout.write(`${campaign.title} (${campaign.slug}): ${campaign.state}\n`);
  printTable(['what', 'count'], Object.entries(campaign.counts));
}
