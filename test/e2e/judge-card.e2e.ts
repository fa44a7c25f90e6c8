import { expect, test } from '@playwright/test';
import { ownerClient } from './owner-client.ts';
import { sessionOf } from './researcher.ts';
import { checkScreen, openVariant, VARIANTS } from './screens.ts';

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
