import { CALLS, type CallName, type CallShape, PATHS } from '@agon/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccessArena, openAccessArena, type Place } from './access-arena.ts';
import { expected, IDENTITIES, type IdentityName, OBJECTS, type Outcome, TABLE } from './access-table.ts';
import type { Visitor } from './visitor.ts';
import { nextKey } from './voter.ts';

let here: AccessArena;
let made = 0;

beforeAll(async () => {
  here = await openAccessArena();
}, 120_000);
afterAll(() => here.arena.close());

const NAMES = Object.keys(PATHS) as CallName[];
const WHO = Object.keys(IDENTITIES) as IdentityName[];
const LAB = { model: 'gnu', provider: 'lab', limit: 1 };
const FILE = { name: 'a.jsonl', text: '{}' };
const NOWHERE = '00000000-0000-7000-8000-000000000000';

/** Bodies that are valid, for calls that need one that says something. */
const BODIES: Partial<Record<CallName, () => object>> = {
  claimSetup: () => ({ token: 'used up', name: 'Eve', email: 'eve@example.org', password: 'long enough 1' }),
  createCampaign: () => ({ slug: `made-${made}`, title: 'Made' }),
  changeCampaign: () => ({ title: 'Another title' }),
  addCampaignMember: () => ({ email: here.guest.email, role: 'viewer' }),
  changeCampaignMember: () => ({ role: 'viewer' }),
  giveConsent: () => ({ version: 1, language: 'en' }),
  castVote: () => ({ ticket: 'none', outcome: 'a', idempotency_key: nextKey() }),
  skipBattle: () => ({ ticket: 'none', reason: 'other' }),
  createImport: () => ({ files: [FILE] }),
  streamImport: () => ({ files: [FILE] }),
  inspectFile: () => FILE,
  estimateJudgeRun: () => ({ ...LAB, judge: 'pair-explain' }),
  startJudgeRun: () => ({ ...LAB, judge: 'pair-explain' }),
  saveJudge: () => ({ source: 'no judge' }),
  archiveJudge: () => ({ archived: true }),
  checkJudge: () => ({ source: 'no judge' }),
  startJudgeTrial: () => ({ model: 'gnu', provider: 'lab', judge: 'pair-explain', voted: 0, random: 1 }),
  startAnswerRun: () => LAB,
  estimateAnswerRun: () => LAB,
  excludeRun: () => ({ reason: 'a trial' }),
  quarantineVotes: () => ({ most_votes: 1, dry_run: true }),
  addProvider: () => ({ name: `made-${made}`, base_url: `https://made-${made}.example/v1` }),
  changeMember: () => ({ role: 'voter' }),
  createKey: () => ({ name: 'made', scopes: ['read'] }),
};

const QUERIES: Partial<Record<CallName, (place: Place) => string>> = {
  listRuns: ({ campaign }) => `?campaign=${campaign}`,
  compareJudges: ({ campaign }) => `?left=pair-explain&right=pair-explain&campaign=${campaign}`,
  exportCampaign: () => '?what=votes&as=csv',
};

/** Refusals that come to whoever may make the call: it asks for what is not there, or not possible now. */
const LET_IN: Partial<Record<CallName, RegExp>> = {
  claimSetup: /^not_allowed This set-up link/,
  saveJudge: /^judge_invalid/,
  archiveJudge: /^(not_found There is no judge|not_allowed "[a-z-]+" comes with Agon)/,
  giveConsent: /^campaign_not_open/,
  drawBattles: /^(campaign_not_open|consent_required)/,
  castVote: /^ticket_invalid/,
  skipBattle: /^ticket_invalid/,
  // the import of its prompts was taken back before
  startAnswerRun: /^no_battle_left/,
  estimateAnswerRun: /^no_battle_left/,
  // runs of answers and probes make none
  exportRunBundle: /^invalid_request Only runs of judges/,
  getJudgeCard: /^not_found No judge/,
  getJudgeDrift: /^not_found No judge/,
  calibrateJudge: /^not_found No judge/,
  checkJudgeDrift: /^not_found No judge/,
  sendBack: /^not_found There is no such battle/,
  takeBack: /^not_found There is no such battle/,
  undoVote: /^not_found You have no such vote/,
  revealVote: /^not_found You have no such vote/,
  annotateVote: /^not_found You have no such vote/,
  getBattle: /^not_found The campaign has no such battle/,
  getVerdictReply: /^not_found There is no such verdict/,
  revokeInvitation: /^not_found There is no such invitation/,
  addCampaignMember: /^(already_exists|not_allowed .* needs an owner)/,
  changeCampaignMember: /^not_found There is no such member/,
  removeCampaignMember: /^not_found There is no such member/,
  // after a cancelled run comes no other state
  resumeRun: /^invalid_request Only a run that is paused or failed/,
  admitRun: /^invalid_request Boards count verdicts/,
  excludeRun: /^invalid_request Boards count verdicts/,
  changeProvider: /^not_found There is no provider "gone"/,
  removeProvider: /^not_found There is no provider "gone"/,
  changeMember: /^not_found There is no such person/,
  deleteKey: /^not_found You have no such key/,
};

/** Which objects a call is about; none: one ask is enough. */
function objectsOf(name: CallName): readonly (typeof OBJECTS)[number][] {
  const path = PATHS[name];
  if (path.includes('/v1/runs/{run}')) return OBJECTS;
  const isAbout =
    /\{(campaign|run|import|snapshot)\}/.test(path) || name === 'listRuns' || name === 'compareJudges';
  return isAbout ? OBJECTS.filter((each) => each !== 'probe') : ['open'];
}

function urlOf(name: CallName, place: Place): readonly [string, string] {
  const [method = 'GET', path = '/'] = PATHS[name].split(' ');
  const values: Readonly<Record<string, string | null>> = {
    ...place,
    run: path.includes('judge-runs')
      ? place.judgeRun
      : path.includes('judge-trials')
        ? place.judgeTrial
        : place.run,
    user: name === 'removeCampaignMember' ? here.guest.id : place.viewer,
    ...{ provider: name === 'getProvider' || name === 'checkProvider' ? 'lab' : 'gone' },
    ...{ judge: 'pair-explain', battle: NOWHERE, verdict: NOWHERE, vote: NOWHERE, key: NOWHERE },
    ...(name === 'changeMember' ? { user: 'nobody' } : {}),
  };
  const filled = path.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(values[key]!));
  return [method, `${filled}${QUERIES[name]?.(place) ?? ''}`];
}

async function ask(visitor: Visitor, name: CallName, place: Place): Promise<Response> {
  made += 1;
  const [method, url] = urlOf(name, place);
  const hasBody = (CALLS[name] as CallShape).body !== undefined;
  return visitor.send(method, url, hasBody ? (BODIES[name]?.() ?? {}) : undefined);
}

type Told = { readonly code: string; readonly detail: string };

/** What the reply refuses with; null: nothing. A stream says so in its last line. */
async function refusalIn(response: Response): Promise<Told | null> {
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream')) {
    await response.body?.cancel();
    return null;
  }
  const text = await response.text();
  if (response.status >= 400) return JSON.parse(text);
  if (!type.includes('ndjson')) return null;
  const last = JSON.parse(text.trimEnd().split('\n').at(-1)!);
  return last.kind === 'refused' ? last.problem : null;
}

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  not_signed_in: 'sign in',
  not_allowed: 'refused',
  not_found: 'not there',
};

async function outcomeOf(name: CallName, response: Response): Promise<Outcome | string> {
  const refusal = await refusalIn(response);
  if (refusal === null) return 'in';
  const told = `${refusal.code} ${refusal.detail}`;
  return LET_IN[name]?.test(told) ? 'in' : (OUTCOMES[refusal.code] ?? told);
}

describe('the access matrix', () => {
  it('lists every call of the contract, and no other', () => {
    expect(NAMES.filter((name) => TABLE[name] === undefined)).toEqual([]);
    expect(Object.keys(TABLE).filter((name) => !(name in PATHS))).toEqual([]);
  });

  it.each(NAMES)(
    '%s',
    async (name) => {
      const seen: Record<string, string> = {};
      const stated: Record<string, string> = {};
      for (const object of objectsOf(name)) {
        for (const who of WHO) {
          if (name === 'removeCampaignMember') await here.letGuestIn(here.places[object]);
          const cell = `${who}, ${object}`;
          seen[cell] = await outcomeOf(name, await ask(here.as(who), name, here.places[object]));
          stated[cell] = expected(TABLE[name], who, object);
        }
      }
      expect(seen).toEqual(stated);
      expect(here.arena.logged.splice(0)).toEqual([]);
    },
    120_000,
  );
});

describe('a draft of others', () => {
  const about = NAMES.filter((name) => PATHS[name].includes('{campaign}') || name === 'listRuns');

  it.each(about)('%s: says the same as for a campaign that does not exist', async (name) => {
    const draft = here.places.draft;
    const nothing = { ...draft, campaign: 'access-nothing' };
    for (const who of ['no session', 'voter', 'stranger', 'key of a stranger', 'vote key'] as const) {
      const [asked, absent] = [await ask(here.as(who), name, draft), await ask(here.as(who), name, nothing)];
      // every reply has an id of its own
      const headersOf = ({ headers }: Response) =>
        [...headers].filter(([header]) => header !== 'x-request-id');
      expect([who, asked.status, headersOf(asked)]).toEqual([who, absent.status, headersOf(absent)]);
      expect((await asked.text()).replaceAll(draft.campaign, nothing.campaign)).toBe(await absent.text());
    }
  });

  it('is in no list', async () => {
    const { arena, places, as } = here;
    const listed = async (who: IdentityName) => {
      const visitor = as(who);
      const { items } = await visitor.call('listCampaigns', { query: { limit: 500 } });
      return Object.values(places)
        .map(({ campaign }) => campaign)
        .filter((slug, at, all) => all.indexOf(slug) === at && items.some((each) => each.slug === slug))
        .sort();
    };
    const shown = ['access-closed', 'access-open'];
    const all = ['access-arena', 'access-closed', 'access-draft', 'access-open'];
    for (const who of ['no session', 'voter', 'vote key'] as const) expect(await listed(who)).toEqual(shown);
    for (const who of ['stranger', 'key of a stranger'] as const) {
      expect(await listed(who)).toEqual(['access-arena', ...shown]);
    }
    for (const who of ['viewer', 'owner', 'read key', 'admin', 'data folder'] as const) {
      expect(await listed(who)).toEqual(all);
    }
    const stranger = as('stranger');
    const { items } = await stranger.call('listRuns', { query: { limit: 500 } });
    expect(new Set(items.map(({ campaign }) => campaign))).toEqual(new Set(['access-arena', null]));
    const overview = JSON.stringify(await stranger.call('getOverview'));
    expect(overview).toContain('access-arena');
    expect(overview).not.toMatch(/access-(draft|open|closed)/);
    expect(JSON.stringify(await as('viewer').call('getOverview'))).toMatch(/access-(draft|open|closed)/);
    expect(arena.logged).toEqual([]);
  });

  it('is not imported into by its name', async () => {
    const params = { campaign: here.places.draft.campaign };
    const body = { files: [FILE], create: true };
    await expect(here.as('stranger').call('createImport', { params, body })).rejects.toMatchObject({
      code: 'already_exists',
    });
  });
});
