import { nonceOf, startScriptedOpenAiServer } from '@agon/testkit';
import { expect, type Page } from '@playwright/test';
import { ownerOf, signInAs } from './researcher.ts';
import { watchPage } from './screens.ts';
import { test } from './test.ts';

const rows = (bad: boolean) =>
  ['p1', 'p2']
    .flatMap((id) =>
      ['alpha', 'beta', 'gamma'].map((model) =>
        JSON.stringify({
          prompt_id: id,
          prompt: `Question ${id}`,
          model,
          answer: `Answer of one of three to ${id}`,
        }),
      ),
    )
    .concat(bad ? [JSON.stringify({ prompt_id: 'p3', model: 'alpha', answer: 'no such prompt' })] : []);

const file = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
const choose = (page: Page, ...files: ReturnType<typeof file>[]) =>
  page.locator('input[type=file]').setInputFiles(files);

/** Files are read in a process of their own, which gives way to everything else on a busy machine. */
const READ = { timeout: 40_000 };

test('a researcher makes a campaign step by step, asks a judge, and takes an import back', async ({
  page,
  baseURL,
}) => {
  test.setTimeout(180_000);
  const { faults } = watchPage(page);
  await page.goto('/workbench');
  await expect(page).toHaveURL(/sign-in/);
  await signInAs(page, baseURL!, 'Rosa', 'researcher');
  await page.goto('/workbench');
  await page.getByRole('link', { name: 'New campaign' }).click();
  await page.getByLabel('Title that voters see').fill('Spring round');
  await expect(page.getByLabel('Name in addresses')).toHaveValue('spring-round');
  await page.getByLabel('Name in addresses').fill('spring');
  await page.getByRole('button', { name: 'Create campaign' }).click();

  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Spring round');
  await choose(page, file('answers.jsonl', rows(true).join('\n')));
  await expect(page.getByText('1 row cannot be read')).toBeVisible(READ);
  await expect(page.getByText('no prompt with this id', { exact: false })).toBeVisible();
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save the list (CSV)' }).click();
  const list = await (await saved).createReadStream();
  expect(await new Response(list as never).text()).toMatch(
    /^file,line,column,value,reason,count\r\nanswers\.jsonl,7,prompt,p3,.*,1\r\n/,
  );
  await page.getByRole('button', { name: 'Import 6 good rows' }).click();
  await expect(page.getByText('6 of 7 rows imported.', { exact: false }).first()).toBeVisible(READ);
  await expect(page.getByText('3 models · 2 prompts · 6 answers').first()).toBeVisible();

  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('Votes asked of one voter').fill('20');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('Both bad: neither is any good').uncheck();
  await page.getByRole('button', { name: 'Next' }).click();
  // (2.8016 * 173.72 / 30)^2 (p (1 - p) - 0.2 / 4) / (p (1 - p))^2 with p = 0.543: 847, about 850 between two
  await page.getByLabel('Smallest gap that should show, in points').fill('30');
  await expect(page.getByText('you need about 850 votes between them')).toBeVisible();
  await page.getByRole('button', { name: 'Plan for 1,700 votes' }).click();
  await expect(page.getByLabel('Votes planned')).toHaveValue('1700');
  await page.getByRole('button', { name: 'Open for votes' }).click();
  await expect(page.getByText('0 % of 1,700 planned', { exact: false })).toBeVisible();

  const judge = await startScriptedOpenAiServer((request) => ({
    kind: 'text',
    text: `So.\n<v-${nonceOf(request)}>A</v-${nonceOf(request)}>`,
  }));
  const owner = await ownerOf(baseURL!);
  await owner('addProvider', { body: { name: 'judging', base_url: judge.baseUrl } });
  await page.getByRole('link', { name: 'Judges' }).last().click();
  await page.getByRole('combobox', { name: 'Provider', exact: true }).selectOption('judging');
  await page.getByLabel('Model, as the provider knows it').fill('scripted');
  await page.getByLabel('Battles at most').fill('6');
  await page.getByRole('button', { name: 'Ask the judge' }).click();
  // six battles, each in both orders, and some probes
  await expect(page.getByText(/(1[2-9]|2\d) of \1/).first()).toBeVisible({ timeout: 20_000 });
  // the answers of this campaign are the same text: a tie, and nobody is asked
  await expect(page.getByText('A 0, B 0, tie 12 · same in both orders: 100 %')).toBeVisible();
  await judge.stop();

  await page.getByRole('link', { name: 'Progress' }).click();
  const voter = await page.context().browser()!.newContext({ baseURL: baseURL! });
  const booth = await voter.newPage();
  await booth.goto('/c/spring/vote');
  await booth.getByRole('button', { name: /skip/i }).click();
  await expect(booth.getByRole('button', { name: 'Tie' })).toBeVisible();
  await expect(booth.getByRole('button', { name: 'Both bad' })).toHaveCount(0);
  await booth.getByRole('button', { name: 'A is better' }).click();
  await voter.close();
  // the page follows the vote by itself
  await expect(page.getByRole('definition').filter({ hasText: /^1$/ }).first()).toBeVisible();

  await page.getByRole('link', { name: 'Export' }).click();
  const exported = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Answers as JSONL' }).click();
  expect((await exported).suggestedFilename()).toBe('spring-answers.jsonl');

  await page.getByRole('link', { name: 'Import', exact: true }).click();
  await page.getByRole('button', { name: 'Undo import: answers.jsonl' }).click();
  await page.getByRole('button', { name: 'Undo import', exact: true }).click();
  await expect(page.getByText(/^undone /)).toBeVisible();
  await page.getByRole('link', { name: 'Activity' }).click();
  await expect(page.getByRole('row', { name: /Rosa.*Undid an import/ })).toBeVisible();
  expect(faults).toEqual([]);
});
