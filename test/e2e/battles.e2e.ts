import { nonceOf, type ScriptedOpenAiServer, startScriptedOpenAiServer } from '@agon/testkit';
import { expect, type Page } from '@playwright/test';
import { ownerOf, type Session, sessionOf } from './researcher.ts';
import { checkScreen, openVariant, VARIANTS, watchPage } from './screens.ts';
import { test } from './test.ts';

const DEMO = 'mt-bench-excerpt';
const LIST = `/workbench/campaigns/${DEMO}/battles`;
/** Of this worker: what another one has asked is not asked again. */
let model = 'scripted-battles';
/** Replies of which every so many-th is cut off. */
const CUT_EACH = 5;

let session: Session;
let server: ScriptedOpenAiServer;
let run = '';

test.beforeAll(async ({ browser, baseURL }) => {
  const owner = await ownerOf(baseURL!);
  session = await sessionOf(browser, baseURL!, `Reader${test.info().workerIndex}`, 'admin');
  model += test.info().workerIndex;
  server = await startScriptedOpenAiServer((request) => {
    const nonce = nonceOf(request);
    if (request.index % CUT_EACH === 0)
      return { kind: 'text', text: 'Both answers are', finishReason: 'length' };
    const label = request.index % 3 === 0 ? 'A' : 'B';
    return {
      kind: 'text',
      text: `One is <b>better</b>.\n<v-${nonce}>${label}</v-${nonce}>`,
      costUsd: 0.0013,
    };
  });
  run = (
    await owner('startJudgeRun', {
      params: { campaign: DEMO },
      body: { judge: 'pair-explain', model, base_url: server.baseUrl, limit: 20 },
    })
  ).run;
  await expect
    .poll(async () => (await owner('getRun', { params: { run } })).state, { timeout: 30_000 })
    .toBe('done');
});
test.afterAll(() => server.stop());

const rows = (page: Page) => page.locator('main tbody tr');
const found = (page: Page) => page.locator('main p[role="status"]').first();

test.describe('on a big screen', () => {
  test.beforeEach(async ({ context }) => {
    await context.addCookies(session);
  });

  test('a researcher reads battles one after the other, with the keyboard alone', async ({ page }) => {
    const { faults } = watchPage(page);
    await page.goto(LIST);
    await expect(rows(page)).toHaveCount(25);
    const preview = page.getByRole('complementary', { name: 'Preview' });
    const second = rows(page).nth(1).getByRole('link');
    const third = rows(page).nth(2).getByRole('link');
    await page.keyboard.press('j');
    await expect(second).toHaveAttribute('aria-current', 'true');
    await expect(page).toHaveURL(/[?&]at=/);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await expect(third).toHaveAttribute('aria-current', 'true');
    const models = await rows(page).nth(2).locator('td').first().innerText();
    for (const line of models.split('\n')) await expect(preview).toContainText(line.replace(/^[AB]\s*/, ''));
    // the address holds the place
    await page.reload();
    await expect(third).toHaveAttribute('aria-current', 'true');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/battles\/[0-9a-f-]{36}/);
    await expect(page.getByText(/^3 of/)).toBeVisible();
    await page.keyboard.press('j');
    await expect(page.getByText(/^4 of/)).toBeVisible();
    await page.keyboard.press('k');
    await expect(page.getByText(/^3 of/)).toBeVisible();
    expect(faults).toEqual([]);
  });

  test('finds words in texts and narrows by what was said', async ({ page }) => {
    await page.goto(LIST);
    const all = await found(page).innerText();
    await page.keyboard.press('/');
    await expect(page.getByRole('searchbox')).toBeFocused();
    await page.keyboard.type('100-years-old tree');
    await page.keyboard.press('Enter');
    await expect(found(page)).not.toHaveText(all);
    expect(new URL(page.url()).searchParams.get('q')).toBe('100-years-old tree');
    for (const text of await rows(page).locator('th').allInnerTexts())
      expect(text).toContain('Picture yourself');
    await page.getByRole('link', { name: 'Clear filters' }).click();
    await expect(found(page)).toHaveText(all);

    await page.getByText('Outcome', { exact: true }).click();
    await page.getByRole('link', { name: 'People split' }).first().click();
    await expect(page).toHaveURL(/outcome=split/);
    for (const text of await rows(page).locator('td strong').allInnerTexts()) expect(text).toBe('split');
    await page.getByText('Outcome: People split').click();
    await page.getByRole('link', { name: 'Any', exact: true }).click();
    await expect(found(page)).toHaveText(all);
    await page.getByRole('link', { name: /^Judge disagrees/ }).click();
    await expect(page).toHaveURL(/agreement=disagrees/);
    await expect(rows(page).first()).toContainText('people say');
  });

  test('walks pages, and saves what the list shows', async ({ page }) => {
    await page.goto(LIST);
    const first = await rows(page).first().getAttribute('id');
    await page.getByRole('link', { name: 'Next page' }).click();
    await expect(page.getByText(/^26–50 of/)).toBeVisible();
    await expect(rows(page).first()).not.toHaveAttribute('id', first!);
    await page.getByRole('link', { name: 'First page' }).click();
    await expect(rows(page).first()).toHaveAttribute('id', first!);
    await page.goto(`${LIST}?run=${run}&agreement=unscored`);
    const count = await rows(page).count();
    expect(count).toBeGreaterThan(0);
    const saved = page.waitForEvent('download');
    await page.getByRole('link', { name: /JSONL/ }).click();
    const stream = await (await saved).createReadStream();
    let text = '';
    for await (const part of stream) text += part;
    expect(text.trim().split('\n')).toHaveLength(count);
  });

  test('opens a verdict to its raw reply beside the rendered prompt', async ({ page }) => {
    await page.goto(`${LIST}?run=${run}`);
    const href = await rows(page).first().getByRole('link').getAttribute('href');
    await page.goto(href!);
    const verdicts = page.getByRole('region', { name: 'Verdicts' });
    await verdicts
      .getByRole('button', { name: new RegExp(model) })
      .first()
      .click();
    const raw = page.getByRole('group', { name: 'Raw reply' });
    // as the model wrote it: no markup of it becomes markup of the page
    await expect(raw).toContainText(/One is <b>better<\/b>|Both answers are/);
    await expect(raw.locator('b')).toHaveCount(0);
    await expect(page.getByRole('group', { name: 'Rendered prompt' })).toContainText('user');
    await expect(page.getByText(/^Read as/)).toBeVisible();
  });

  test('says which keys there are', async ({ page }) => {
    await page.goto(LIST);
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toContainText('Next battle');
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Overview' }).click();
    await expect(page).toHaveURL(/workbench$/);
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).not.toContainText('Next battle');
  });
});

for (const variant of VARIANTS) {
  test(`looks as it should, ${variant.name}`, async ({ browser }) => {
    test.setTimeout(120_000);
    const page = await openVariant(browser, variant);
    await page.context().addCookies(session);
    const { faults } = watchPage(page);
    await page.goto(`${LIST}?run=${run}`);
    await expect(rows(page).first()).toBeVisible();
    await checkScreen(page, `battles-run-${variant.name}`, { fullPage: true });
    const aside = await page
      .locator('main table')
      .evaluate(({ parentElement }) => parentElement!.scrollWidth - parentElement!.clientWidth);
    expect(aside).toBeLessThanOrEqual(0);
    await page.goto(`${LIST}?q=100-years-old+tree`);
    await expect(rows(page).first()).toBeVisible();
    await checkScreen(page, `battles-${variant.name}`, { fullPage: true });
    await page.goto(`${LIST}?run=${run}`);
    const href = await rows(page).first().getByRole('link').getAttribute('href');
    await page.goto(href!);
    await page.locator('button[aria-expanded]').first().click();
    await expect(page.locator('[id^="reply-"] section')).toHaveCount(2);
    await checkScreen(page, `battle-${variant.name}`, { fullPage: true });
    await page.goto(`${LIST}?q=nothing+says+this+anywhere`);
    await checkScreen(page, `battles-empty-${variant.name}`);
    expect(faults).toEqual([]);
    await page.context().close();
  });
}
