import type { Client } from '@agon/client';
import { nonceOf, type ScriptedRequest, startScriptedOpenAiServer } from '@agon/testkit';
import { expect } from '@playwright/test';
import { ownerClient } from './owner-client.ts';
import { sessionOf } from './researcher.ts';
import { checkScreen, openVariant, VARIANTS } from './screens.ts';
import { test } from './test.ts';

/** The demo campaign comes with people's votes and the verdicts of an imported judge. */
const DEMO = '/workbench/campaigns/mt-bench-excerpt/judges';
const JUDGE = 'gpt-4 (MT-bench pairwise)';
const CARD = `${DEMO}/${encodeURIComponent(JUDGE)}`;

test('the judges of a campaign lead to report cards, at every width, in both lights and languages', async ({
  browser,
  baseURL,
}) => {
  test.setTimeout(300_000);
  const cookies = await sessionOf(browser, baseURL!, `Carda${test.info().workerIndex}`, 'admin');
  for (const variant of VARIANTS) {
    const page = await openVariant(browser, variant);
    await page.context().addCookies(cookies);
    await page.goto(`${baseURL}${CARD}`);
    await expect(page.getByRole('heading', { level: 2 }).first()).toBeVisible();
    await checkScreen(page, `card-${variant.name}`, { fullPage: true });
    await page.goto(`${baseURL}${DEMO}`);
    await expect(page.getByRole('link', { name: JUDGE })).toBeVisible();
    await checkScreen(page, `judges-${variant.name}`, { fullPage: true });
    await page.goto(`${baseURL}/c/mt-bench-excerpt/board?tab=agreement`);
    await expect(page.getByRole('columnheader', { name: /people|人/ }).first()).toBeVisible();
    await checkScreen(page, `side-by-side-${variant.name}`, { fullPage: true });
    await page.context().close();
  }
});

test('a card says in words what its numbers say, and its disagreements go back to people', async ({
  page,
  browser,
  baseURL,
}) => {
  const cookies = await sessionOf(browser, baseURL!, `Cardo${test.info().workerIndex}`, 'admin');
  await page.context().addCookies(cookies);
  await page.goto(DEMO);
  await page.getByRole('link', { name: JUDGE }).click();
  await expect(
    page.getByRole('heading', {
      name: 'Not shown to be better than a rule without a model: always the longer.',
    }),
  ).toBeVisible();
  // other tests vote on the demo, so the figures are those of now
  const owner = await ownerClient(baseURL!);
  const card = await owner('getJudgeCard', { params: { campaign: 'mt-bench-excerpt', judge: JUDGE } });
  const maths = card.summary.exceptions.find(({ category }) => category === 'math');
  const share = Math.round(100 * maths!.rule_agreement);
  await expect(
    page.getByText(`In Maths “always the longer” would agree more often, ${share} %.`),
  ).toBeVisible();
  const ladder = page.getByRole('table').first();
  const all = (100 * card.agreement.all.agreement.value!).toFixed(1);
  await expect(ladder.getByRole('row', { name: /All votes/ })).toContainText(`${all} ±`);

  const send = page.getByRole('button', { name: 'Send to people', exact: true }).first();
  await send.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('With people: 0 of 3 votes')).toBeVisible();
  await page.reload();
  await expect(page.getByText('With people: 0 of 3 votes')).toBeVisible();
  await page.getByRole('button', { name: 'Take back' }).click();
  await expect(page.getByText('With people: 0 of 3 votes')).toHaveCount(0);
});

const PROMPTS = 16;

/** A campaign of two models; of each second prompt another one wins. */
async function openWatched(owner: Client, slug: string): Promise<void> {
  const rows = Array.from({ length: PROMPTS }, (_, i) => {
    const said = (model: number) => [
      { role: 'user', content: `What is prompt ${i}?` },
      { role: 'assistant', content: `Answer ${model} to prompt ${i}.` },
    ];
    return JSON.stringify({
      question_id: `q${i}`,
      model_a: 'wren',
      model_b: 'rook',
      winner: i % 2 === 0 ? 'model_a' : 'model_b',
      judge: `arena_user_${i % 4}`,
      turn: 1,
      conversation_a: said(1),
      conversation_b: said(2),
    });
  });
  await owner('createCampaign', { body: { slug, title: 'Watched' } });
  const files = [{ name: 'votes.jsonl', text: rows.join('\n') }];
  const imported = await owner('createImport', { params: { campaign: slug }, body: { files } });
  expect(imported.votes).toBe(PROMPTS);
}

test('a card tells that the model behind a judge changed, and what became of its agreement with people', async ({
  page,
  browser,
  baseURL,
}) => {
  test.setTimeout(300_000);
  const worker = test.info().workerIndex;
  const owner = await ownerClient(baseURL!);
  const campaign = `watched-${worker}`;
  await openWatched(owner, campaign);
  let isTurned = false;
  const server = await startScriptedOpenAiServer((request: ScriptedRequest) => {
    const text = request.messages.map(({ content }) => content).join('\n');
    const [, first, prompt] = /Answer (\d) to prompt (\d+)\./.exec(text) ?? [];
    const isRight = (Number(prompt) % 2 === 0) === (first === '1');
    const nonce = nonceOf(request);
    return {
      kind: 'text',
      text: `Because.\n<v-${nonce}>${isRight === isTurned ? 'B' : 'A'}</v-${nonce}>`,
      fingerprint: isTurned ? 'fp_new' : 'fp_old',
      costUsd: 0.0001,
    };
  });
  const done = (run: string) =>
    expect
      .poll(async () => (await owner('getRun', { params: { run } })).state, { timeout: 60_000 })
      .toBe('done');
  const { run } = await owner('startJudgeRun', {
    params: { campaign },
    body: { judge: 'pair-explain', model: 'scripted', base_url: server.baseUrl, admit: true },
  });
  await done(run);
  const card = `/workbench/campaigns/${campaign}/judges/pair-explain`;
  const cookies = await sessionOf(browser, baseURL!, `Cardd${worker}`, 'admin');
  await page.context().addCookies(cookies);
  await page.goto(card);
  const panel = page.getByRole('region', { name: 'Is it still the same model?' });
  const check = panel.getByRole('button', { name: 'Check now' });
  await check.focus();
  await page.keyboard.press('Enter');
  await expect(panel.getByText('It still judges as it did: 0 of 32 verdicts changed')).toBeVisible({
    timeout: 60_000,
  });
  isTurned = true;
  await check.click();
  await expect(panel.getByText('It no longer judges as it did: 32 of 32')).toBeVisible({
    timeout: 60_000,
  });
  await expect(panel.getByText('went from κ 1.00 to −1.00', { exact: false })).toBeVisible();
  await expect(panel.getByRole('row', { name: /fp_new/ })).toContainText('changed');
  await panel.getByRole('combobox', { name: 'Automatic checks' }).selectOption('every day');
  await expect(panel.getByText(/^Next check:/)).toBeVisible();
  for (const variant of VARIANTS) {
    const other = await openVariant(browser, variant);
    await other.context().addCookies(cookies);
    await other.goto(`${baseURL}${card}`);
    await expect(other.getByText('fp_new').first()).toBeVisible();
    await checkScreen(other, `card-drift-${variant.name}`, { fullPage: true });
    await other.context().close();
  }
  await page.goto('/workbench');
  await page.getByRole('link', { name: 'pair-explain with scripted no longer judges as it did' }).click();
  await expect(panel).toBeVisible();
  await page.goto(`/workbench/campaigns/${campaign}/judges`);
  await expect(page.getByRole('row', { name: /pair-explain/ })).toContainText('model changed');
  await page.goto(card);
  await panel.getByRole('combobox', { name: 'Automatic checks' }).selectOption('never');
  await panel.getByRole('button', { name: 'Accept the change' }).click();
  await expect(panel.getByText('No check has ended yet.')).toBeVisible();
  await server.stop();
});
