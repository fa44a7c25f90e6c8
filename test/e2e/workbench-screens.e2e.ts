import { nonceOf, type ScriptedOpenAiServer, startScriptedOpenAiServer } from '@agon/testkit';
import { type Browser, expect, type Page } from '@playwright/test';
import { ownerOf, type Session, sessionOf } from './researcher.ts';
import { checkScreen, openVariant, VARIANTS, type Variant, watchPage } from './screens.ts';
import { test } from './test.ts';

const DEMO = '/workbench/campaigns/mt-bench-excerpt';
/** A failed test goes on in another worker, on the same data: each has its own researcher and campaign. */
let campaign = 'screens';
/** A run that goes on while its screens are looked at. */
let running = '';
let slow: ScriptedOpenAiServer;

/** Path and picture of every screen that stands by itself. */
const screens = (): readonly (readonly [string, string])[] => [
  ['/workbench', 'home'],
  ['/workbench/new', 'new'],
  [`/workbench/new/${campaign}/answers`, 'new-answers'],
  [`/workbench/new/${campaign}/who`, 'new-who'],
  [`/workbench/new/${campaign}/quality`, 'new-quality'],
  [`/workbench/new/${campaign}/size`, 'new-size'],
  [`/workbench/campaigns/${campaign}`, 'empty'],
  [DEMO, 'progress'],
  [`${DEMO}/import`, 'import'],
  [`${DEMO}/judges`, 'judges'],
  [`${DEMO}/voters`, 'voters'],
  [`${DEMO}/settings`, 'settings'],
  [`${DEMO}/export`, 'export'],
  [`${DEMO}/activity`, 'activity'],
  [`${DEMO}/answers`, 'answers'],
  ['/workbench/runs', 'runs'],
  [`/workbench/runs?open=${running}`, 'runs-open'],
  [`/workbench/runs/${running}`, 'run'],
  ['/workbench/providers', 'providers'],
  ['/workbench/keys', 'keys'],
  ['/workbench/members', 'members'],
  ['/workbench/campaigns/no-such-campaign', 'missing'],
];
const STRANGER: readonly (readonly [string, string])[] = [
  ['/', 'campaigns'],
  ['/sign-in', 'sign-in'],
  ['/sign-in?new=1', 'sign-up'],
  ['/setup', 'setup'],
];

const file = (name: string, ...lines: string[]) => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(lines.join('\n')),
});
/** Requests that get a reply at once, and of how many of them one cannot be read. */
const SOON = 40;
const UNREADABLE_EACH = 7;
const TURNED_AWAY_EACH = 9;

/** Between them they make every part of the import's screen show. */
const FILES = [
  file(
    'votes.csv',
    'model_a,model_b,winner,voter,anony,prompt_id,remark',
    'alpha,beta,left_win,r1,True,p1,clear',
    'beta,alpha,left_win,r2,True,p1,',
    'alpha,beta,tie,r3,False,p2,hm',
    'alpha,beta,-1,r4,True,p2,',
    'alpha,alpha,tie,r5,True,p2,',
  ),
  file(
    'sheet.csv',
    'id,prompt,gpt-4o,mistral-7b',
    'p1,Why is the sky blue?,Because air scatters blue light more than red.,Rayleigh scattering.',
    'p2,Name a prime.,7,',
    'p3,,Hm.,Hm.',
  ),
];

let session: Session;

test.beforeAll(async ({ browser, baseURL }) => {
  const worker = test.info().workerIndex || '';
  campaign = `screens${worker}`;
  const owner = await ownerOf(baseURL!);
  session = await sessionOf(browser, baseURL!, `Ada${worker}`, 'admin');
  await owner('createCampaign', { body: { slug: campaign, title: 'Summer round' } });
  await owner('createSnapshot', { params: { campaign: 'mt-bench-excerpt' }, body: {} });
  // one run that its provider refuses, so that there is something to look at
  const judge = await startScriptedOpenAiServer(() => ({
    kind: 'status',
    status: 401,
    message: 'No such key.',
  }));
  const run = await owner('startJudgeRun', {
    params: { campaign: 'mt-bench-excerpt' },
    body: { judge: 'pair-explain', model: 'locked-out', base_url: judge.baseUrl, limit: 4 },
  });
  await expect
    .poll(async () => (await owner('getJudgeRun', { params: { run: run.run } })).state, { timeout: 20_000 })
    .toBe('failed');
  await judge.stop();
  // one that is under way, with all that may be told of it, and never ends
  slow = await startScriptedOpenAiServer(
    (request) => {
      const nonce = nonceOf(request);
      if (nonce === '') return { kind: 'text', text: 'ready', fingerprint: 'fp_1' };
      if (request.index >= SOON) return { kind: 'hang' };
      if (request.index % TURNED_AWAY_EACH === 0)
        return { kind: 'status', status: 429, message: 'Slow down.', retryAfterS: 1 };
      const isClear = request.index % UNREADABLE_EACH !== 0;
      const text = isClear
        ? `So.\n<v-${nonce}>A</v-${nonce}>`
        : 'Both have merits; one could argue for either.';
      const left = 500 - request.index;
      return {
        kind: 'text',
        text,
        costUsd: 0.0021,
        delayMs: 300,
        headers: {
          'x-ratelimit-limit-requests': '500',
          'x-ratelimit-remaining-requests': String(left),
          // as a provider that gives back evenly says it: used × 60 s / 500
          'x-ratelimit-reset-requests': `${request.index * 120}ms`,
          'x-ratelimit-limit-tokens': '2000000',
          'x-ratelimit-remaining-tokens': String(2_000_000 - 3000 * request.index),
          'x-ratelimit-reset-tokens': `${request.index * 90}ms`,
        },
      };
    },
    { models: ['scripted', 'scripted-large'] },
  );
  const provider = `lab${worker}`;
  await owner('addProvider', {
    body: { name: provider, base_url: slow.baseUrl, api_key: 'sk-test-0123456789wxyz' },
  });
  const check = await owner('checkProvider', { params: { provider }, body: {} });
  await expect
    .poll(async () => (await owner('getRun', { params: { run: check.run } })).state, { timeout: 30_000 })
    .toBe('done');
  const prices = { input: 2, output: 8 };
  const ask = {
    judge: 'pair-explain',
    provider,
    model: 'scripted-large',
    budget_usd: 5,
    prices,
    concurrency: 4,
  };
  running = (await owner('startJudgeRun', { params: { campaign: 'mt-bench-excerpt' }, body: ask })).run;
  await expect
    .poll(async () => (await owner('getRun', { params: { run: running } })).calls.done, { timeout: 20_000 })
    .toBeGreaterThan(SOON / 2);
});

test.afterAll(async ({ baseURL }) => {
  const owner = await ownerOf(baseURL!);
  await owner('cancelRun', { params: { run: running } });
  await slow.stop();
});

async function openAs(browser: Browser, variant: Variant, cookies: Session | null): Promise<Page> {
  const page = await openVariant(browser, variant);
  if (cookies !== null) await page.context().addCookies(cookies);
  return page;
}

async function visit(page: Page, path: string, picture: string): Promise<void> {
  const response = await page.goto(path);
  expect(response?.status()).toBe(picture.startsWith('missing') ? 404 : 200);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await checkScreen(page, `workbench-${picture}`, { fullPage: true });
}

for (const variant of VARIANTS) {
  test(`every screen of the workbench, ${variant.name}`, async ({ browser }) => {
    test.setTimeout(240_000);
    const page = await openAs(browser, variant, session);
    const { faults } = watchPage(page);
    for (const [path, picture] of screens()) await visit(page, path, `${picture}-${variant.name}`);

    await page.goto('/workbench/providers');
    await page.locator('main header button').click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await checkScreen(page, `workbench-provider-form-${variant.name}`);

    await page.goto(`/workbench/new/${campaign}/answers`);
    await page.locator('input[type=file]').setInputFiles(FILES);
    // labels that nobody knows are asked for before anything is checked
    await expect(page.getByRole('table').first()).toBeVisible({ timeout: 40_000 });
    await page.getByRole('table').first().scrollIntoViewIfNeeded();
    await checkScreen(page, `workbench-mapping-${variant.name}`, { fullPage: true });
    await page.locator('main button:enabled.bg-accent').first().click();
    await expect(page.locator('dl')).toBeVisible({ timeout: 40_000 });
    await checkScreen(page, `workbench-preview-${variant.name}`, { fullPage: true });
    // the page that was asked for on purpose and is not there is the one fault
    expect(faults.filter((fault) => !fault.includes('404'))).toEqual([]);
    await page.context().close();
  });

  test(`what a stranger sees first, ${variant.name}`, async ({ browser }) => {
    const page = await openAs(browser, variant, null);
    const { faults } = watchPage(page);
    for (const [path, picture] of STRANGER) await visit(page, path, `${picture}-${variant.name}`);
    expect(faults).toEqual([]);
    await page.context().close();
  });
}
