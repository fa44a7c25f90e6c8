import type { Client } from '@agon/client';
import { expect, type Page } from '@playwright/test';
import { ownerOf, signInAs } from './researcher.ts';
import { checkScreen, openVariant, readBattle, VARIANTS, watchPage } from './screens.ts';
import { test } from './test.ts';

/** Both models leave one of two turns empty, so that whichever is on screen has something to show. */
const TURN_BY_TURN = ['heron', 'crane'].map((model, i) => ({
  prompt_id: 'two-turns',
  prompt: ['Name a bird that wades.', 'And one that does not.'],
  model,
  answer: i === 0 ? ['', 'A swift never does.'] : ['The stilt wades.', ' \n\u00a0'],
}));
const answerOf = (model: string, answer: string) => ({
  prompt_id: 'one-turn',
  prompt: ['Name a bird.'],
  model,
  answer: [answer],
});

const NOTE = { en: 'Empty answer: there is no text here.', zh: '空回答：这里没有文字。' };

let owner: Client;
test.beforeAll(async ({ baseURL }) => {
  owner = await ownerOf(baseURL!);
});

/** Each list is an import of its own, in their order. */
async function open(campaign: string, imports: readonly (readonly object[])[], settings: object) {
  await owner('createCampaign', { body: { slug: campaign, title: 'Birds', settings } });
  for (const [i, rows] of imports.entries()) {
    const text = rows.map((row) => JSON.stringify(row)).join('\n');
    const imported = await owner('createImport', {
      params: { campaign },
      body: { files: [{ name: `answers-${i}.jsonl`, text }] },
    });
    expect(imported.answers).toBe(rows.length);
  }
  await owner('changeCampaign', { params: { campaign }, body: { state: 'open' } });
}

async function enter(page: Page, campaign: string): Promise<void> {
  await page.goto(`/c/${campaign}/vote`);
  await page.locator('main button').nth(1).click();
  await expect(page.getByRole('group', { name: /^(Your vote|你的投票)$/ })).toBeVisible();
}

test.describe('an empty answer', () => {
  const slug = () => `empty${test.info().workerIndex || ''}`;
  test.beforeAll(() => open(slug(), [TURN_BY_TURN], { blank_answers: 'draw' }));

  for (const variant of VARIANTS) {
    test(`is told as such, ${variant.name}`, async ({ browser }) => {
      const page = await openVariant(browser, variant);
      const { faults } = watchPage(page);
      await enter(page, slug());
      const note = page.getByRole('note').filter({ visible: true });
      // a phone shows one answer at a time
      await expect(note).toHaveText(Array(variant.width < 800 ? 1 : 2).fill(NOTE[variant.locale]));
      await checkScreen(page, `empty-answer-${variant.name}`);
      // as words of the page, in none of the places where a model's words stand
      await expect(page.locator('.answer').getByText(NOTE[variant.locale])).toHaveCount(0);
      await expect(page.locator('[data-pane="a"] .answer')).toHaveCount(2);
      expect(faults).toEqual([]);
      await page.context().close();
    });
  }
});

test('a researcher says which answers are drawn, and the reveal says which one it was', async ({
  page,
  baseURL,
}) => {
  const slug = `which${test.info().workerIndex || ''}`;
  await open(
    slug,
    [
      [answerOf('heron', 'The avocet.'), answerOf('crane', 'The swift.')],
      [answerOf('heron', '\n')],
      [answerOf('heron', 'The stilt.')],
    ],
    { reveal_when: 'at_once' },
  );
  await signInAs(page, baseURL!, `Mei${test.info().workerIndex || ''}`, 'researcher');
  await page.goto(`/workbench/campaigns/${slug}/settings`);
  const several = page.getByRole('group', { name: 'Where a model has several answers to one prompt' });
  const empty = page.getByRole('group', { name: 'Empty answers' });
  await expect(several.getByRole('radio', { name: /^Draw the newest/ })).toBeChecked();
  await expect(empty.getByRole('radio', { name: /^Never draw them/ })).toBeChecked();
  await several.getByRole('radio', { name: /^Draw the oldest/ }).check();
  await empty.getByRole('radio', { name: /^Draw them/ }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved.', { exact: true })).toBeVisible();
  await checkScreen(page, 'which-answer-settings', { fullPage: true });
  expect((await owner('getCampaign', { params: { campaign: slug } })).settings).toMatchObject({
    answer_choice: 'oldest',
    blank_answers: 'draw',
  });
  await enter(page, slug);
  await expect(page.locator('.answer').getByText('The avocet.')).toBeVisible();
  await readBattle(page);
  await page.keyboard.press('1');
  await expect(page.getByText(/was heron \(answer 1 of 3\)/)).toBeVisible();
  await expect(page.getByText(/was crane[,.]/)).toBeVisible();
});
