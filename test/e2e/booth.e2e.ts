import { type BrowserContext, expect, type Page } from '@playwright/test';
import { checkScreen, openVariant, readBattle, VARIANTS, watchPage } from './screens.ts';
import { test } from './test.ts';

const BOOTH = '/c/mt-bench-excerpt/vote';
const BOARD = '/api/v1/campaigns/mt-bench-excerpt/board';
const MODELS = ['gpt-4', 'gpt-3.5-turbo', 'claude-v1', 'vicuna-13b-v1.2', 'alpaca-13b', 'llama-13b'];

const english = { start: 'I agree, skip the practice', practise: 'I agree, try one first' };

async function enter(page: Page, start = english.start): Promise<void> {
  await page.goto(BOOTH);
  await page.getByRole('button', { name: start }).click();
  await expect(page.getByRole('group', { name: /Your vote|你的投票|投票/ })).toBeVisible();
}

/** On a narrow screen, where one answer is shown at a time. */
async function openBoth(page: Page): Promise<void> {
  const other = page
    .getByRole('group', { name: /Answer on screen|当前显示的回答/ })
    .getByRole('button')
    .last();
  if (await other.isVisible()) await other.click();
}

/** A vote by key, as somebody gives it who has seen the battle. */
async function press(page: Page, key: string): Promise<void> {
  await readBattle(page);
  await page.keyboard.press(key);
}

const heading = (page: Page) => page.getByRole('heading', { level: 1 });
const saved = (page: Page) => page.getByText(/^Saved · /);

for (const variant of VARIANTS) {
  test(`the booth, ${variant.name}`, async ({ browser }) => {
    const page = await openVariant(browser, variant);
    const { faults } = watchPage(page);
    await page.goto(BOOTH);
    await checkScreen(page, `welcome-${variant.name}`);
    await page.locator('main button').first().click();
    await expect(page.locator('[data-pane]').first()).toBeVisible();
    await checkScreen(page, `practice-${variant.name}`);
    await page.goto(BOOTH);
    await expect(page.locator('[data-pane="a"]')).toBeVisible();
    await expect(page.locator('.answer').first()).toBeVisible();
    await checkScreen(page, `battle-${variant.name}`);
    for (const key of ['1', '4']) {
      await openBoth(page);
      await press(page, key);
    }
    await expect(page.locator('strong', { hasText: / B | B：|B 是|B was/ }).first()).toBeVisible();
    await checkScreen(page, `reveal-${variant.name}`);
    expect(faults).toEqual([]);
    await page.context().close();
  });
}

test('a vote by key is counted, revealed and on the board; the next battle has the focus', async ({
  page,
  request,
}) => {
  const votes = async () =>
    ((await (await request.get(BOARD)).json()) as { counts: { votes: number } }).counts.votes;
  const before = await votes();
  await enter(page);
  const first = await heading(page).innerText();
  await press(page, '1');
  await expect(heading(page)).not.toHaveText(first);
  await expect(heading(page)).toBeFocused();
  await expect(page.getByText(/You voted: A is better/).first()).toBeVisible();
  await expect(saved(page)).toHaveText('Saved · 1 vote');
  await expect(page.getByText(/A was /)).toHaveCount(0);
  for (const [i, key] of ['2', '3', '4', 'ArrowLeft', 'ArrowRight'].entries()) {
    await press(page, key);
    await expect(page.getByText(/The battle before: A was .+, B was .+\./)).toBeVisible();
    await expect(saved(page)).toHaveText(`Saved · ${i + 2} votes`);
  }
  await expect(saved(page)).toHaveText('Saved · 6 votes');
  await expect.poll(votes).toBe(before + 6);
});

test('no name reaches the browser while the vote can be changed; then it is told without a further vote', async ({
  page,
}) => {
  test.setTimeout(120_000);
  const bodies: Promise<string>[] = [];
  page.on('response', (response) => {
    if (/json|html/.test(response.headers()['content-type'] ?? ''))
      bodies.push(response.text().catch(() => ''));
  });
  const told = async () =>
    (await Promise.all(bodies)).some((body) => MODELS.some((model) => body.includes(`"${model}"`)));
  await enter(page);
  await press(page, '1');
  await expect(saved(page)).toHaveText('Saved · 1 vote');
  await page.keyboard.press('u');
  await expect(saved(page)).toHaveCount(0);
  await press(page, '4');
  await expect(saved(page)).toHaveText('Saved · 1 vote');
  expect(await told()).toBe(false);
  await expect(page.getByText(/You voted: B is better\. A was .+, B was .+\./)).toBeVisible({
    timeout: 40_000,
  });
  expect(await told()).toBe(true);
  await expect(page.getByRole('button', { name: 'Undo last' })).toBeDisabled();
});

test('two keys at once are one vote: nobody has seen the next battle yet', async ({ page }) => {
  await enter(page);
  await readBattle(page);
  await page.evaluate(() => {
    for (const key of ['1', '4', '2'])
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  });
  await expect(saved(page)).toHaveText('Saved · 1 vote');
  await readBattle(page);
  await expect(saved(page)).toHaveText('Saved · 1 vote');
  await press(page, '2');
  await expect(saved(page)).toHaveText('Saved · 2 votes');
});

test('a vote and its undo in the same moment leave the battle to be read and voted on', async ({ page }) => {
  await enter(page);
  await readBattle(page);
  await page.evaluate(() => {
    for (const key of ['1', 'u', '4'])
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  });
  await readBattle(page);
  await expect(saved(page)).toHaveCount(0);
  await press(page, '4');
  await expect(saved(page)).toHaveText('Saved · 1 vote');
});

test('on a phone a vote is taken once both answers were opened', async ({ browser }) => {
  const page = await openVariant(browser, {
    name: 'phone',
    width: 390,
    height: 844,
    scheme: 'light',
    locale: 'en',
  });
  await enter(page);
  await readBattle(page);
  const better = page.getByRole('button', { name: 'A is better' });
  await expect(better).toBeDisabled();
  await expect(page.getByText('Open the other answer, then vote.')).toBeVisible();
  await page.keyboard.press('1');
  await openBoth(page);
  await expect(better).toBeEnabled();
  await expect(page.getByText('Open the other answer, then vote.')).toHaveCount(0);
  await expect(saved(page)).toHaveCount(0);
  await better.click();
  await expect(saved(page)).toHaveText('Saved · 1 vote');
  await expect(better).toBeDisabled();
  await page.context().close();
});

test('no byte before the vote names a model', async ({ page }) => {
  const bodies: Promise<string>[] = [];
  page.on('response', (response) => {
    const kind = response.headers()['content-type'] ?? '';
    if (/json|html/.test(kind)) bodies.push(response.text().catch(() => ''));
  });
  await enter(page);
  await expect(page.locator('.answer').first()).toBeVisible();
  for (const body of await Promise.all(bodies)) {
    for (const model of MODELS) expect(body).not.toContain(model);
  }
});

test('an undone vote does not count, and its battle comes back', async ({ page }) => {
  await enter(page);
  const answer = await page.locator('[data-pane="a"]').innerText();
  await press(page, '1');
  await expect(saved(page)).toHaveText('Saved · 1 vote');
  await page.keyboard.press('u');
  await expect(page.locator('[data-pane="a"]')).toHaveText(answer, { useInnerText: true });
  await expect(saved(page)).toHaveCount(0);
  await press(page, '4');
  await expect(saved(page)).toHaveText('Saved · 1 vote');
});

test('skip asks for a reason, and is no vote', async ({ page }) => {
  await enter(page);
  const first = await page.locator('[data-pane="a"]').innerText();
  await page.keyboard.press('s');
  await page.getByRole('button', { name: 'I cannot judge this' }).click();
  await expect(page.locator('[data-pane="a"]')).not.toHaveText(first, { useInnerText: true });
  await expect(saved(page)).toHaveCount(0);
});

test('keys are listed with ?, can be switched off, and stay off', async ({ page }) => {
  await enter(page);
  await page.keyboard.press('?');
  await page.getByLabel('Vote with keys').uncheck();
  await page.keyboard.press('Escape');
  const first = await heading(page).innerText();
  await press(page, '1');
  await expect(heading(page)).toHaveText(first);
  await page.reload();
  await press(page, '1');
  await expect(page.getByText(/You voted/)).toHaveCount(0);
});

test('votes wait while the network is gone, survive a reload, and are sent when it is back', async ({
  page,
  context,
}) => {
  await enter(page);
  await expect(page.locator('.answer').first()).toBeVisible();
  await context.setOffline(true);
  await press(page, '1');
  await expect(page.getByText('1 vote waiting for the network')).toBeVisible();
  await context.setOffline(false);
  await page.reload();
  await expect(saved(page)).toHaveText('Saved · 1 vote', { timeout: 20_000 });
});

test('reasons and a note belong to the vote', async ({ page }) => {
  await enter(page);
  await press(page, '1');
  await expect(saved(page)).toHaveText('Saved · 1 vote');
  const sent = page.waitForResponse((response) => response.url().includes('/annotations'));
  await page.keyboard.press('n');
  await page.getByRole('button', { name: 'correct' }).first().click();
  expect((await sent).status()).toBe(201);
});

test('a second page of the same voter shows the same open battle', async ({ page }) => {
  await enter(page);
  const answer = await page.locator('[data-pane="a"]').innerText();
  const context: BrowserContext = page.context();
  const other = await context.newPage();
  await other.goto(BOOTH);
  await expect(other.locator('[data-pane="a"]')).toHaveText(answer, { useInnerText: true });
});
