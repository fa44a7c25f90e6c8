import { readFileSync } from 'node:fs';
import { createClient } from '@agon/client';
import { nonceOf, startScriptedOpenAiServer } from '@agon/testkit';
import { expect, type Page, test } from '@playwright/test';
import { checkScreen, watchPage } from './screens.ts';

const PASSWORD = 'correct horse battery';

function ownerOf(baseURL: string) {
  const { ownerKey } = JSON.parse(
    readFileSync(new URL('./.output/data/server.json', import.meta.url), 'utf8'),
  ) as { ownerKey: string };
  return createClient({ baseUrl: baseURL, apiKey: ownerKey });
}

/** Somebody with an account, made a researcher by the owner of the data folder. */
async function signInAsResearcher(page: Page, baseURL: string, name: string): Promise<void> {
  const email = `${name}@example.org`;
  const reply = await page.request.post('/api/auth/sign-up/email', {
    data: { name, email, password: PASSWORD },
    headers: { origin: baseURL },
  });
  expect(reply.ok()).toBe(true);
  const owner = ownerOf(baseURL);
  const members = await owner('listMembers', { query: { limit: 500 } });
  const member = members.items.find((each) => each.email === email)!;
  await owner('changeMember', { params: { user: member.id }, body: { role: 'researcher' } });
}

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

test('a researcher makes a campaign from files, opens it, asks a judge, and takes an import back', async ({
  page,
  baseURL,
}) => {
  const { faults } = watchPage(page);
  await page.goto('/workbench');
  await expect(page).toHaveURL(/sign-in/);
  await signInAsResearcher(page, baseURL!, 'rosa');
  await page.goto('/workbench');
  await checkScreen(page, 'workbench-home');
  await page.getByLabel('Title that voters see').fill('Spring round');
  await page.getByLabel(/Name in addresses/).fill('spring');
  await page.getByRole('button', { name: 'Create campaign' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Spring round');

  await page.locator('input[type=file]').setInputFiles({
    name: 'answers.jsonl',
    mimeType: 'application/json',
    buffer: Buffer.from(rows(true).join('\n')),
  });
  await expect(page.getByText('1 rows cannot be read').first()).toBeVisible();
  await expect(page.getByText('no prompt with this id', { exact: false })).toBeVisible();
  await checkScreen(page, 'workbench-import-errors');
  await page.getByRole('button', { name: 'Import 6 good rows' }).click();
  await expect(page.getByText('6 of 7 rows imported.').first()).toBeVisible();

  const judge = await startScriptedOpenAiServer((request) => ({
    kind: 'text',
    text: `So.\n<v-${nonceOf(request)}>A</v-${nonceOf(request)}>`,
  }));
  await page.getByLabel('Model name').fill('scripted');
  await page.getByLabel('Base URL').fill(judge.baseUrl);
  await page.getByRole('button', { name: 'Ask the judge' }).click();
  // six pairs of answers, each in both orders
  await expect(page.getByText('12 of 12 asked · A 6, B 6, tie 0')).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText('same in both orders: 0 %')).toBeVisible();
  await judge.stop();
  await checkScreen(page, 'workbench-campaign');

  await page.getByRole('button', { name: 'Open for votes' }).click();
  await expect(page.getByRole('button', { name: 'Close', exact: true })).toBeVisible();
  const exported = await page.request.get('/api/v1/campaigns/spring/export?what=answers&as=jsonl');
  expect((await exported.text()).trim().split('\n')).toHaveLength(6);
  await page.getByRole('button', { name: 'Undo import' }).click();
  await expect(page.getByText('undone')).toBeVisible();
  expect(faults).toEqual([]);
});
