import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import { expect, type Page } from '@playwright/test';
import { ownerOf, signInAs } from './researcher.ts';
import { checkScreen, watchPage } from './screens.ts';
import { test } from './test.ts';

/** Files are read in a process of their own, which gives way to everything else on a busy machine. */
const READ = { timeout: 40_000 };
test.setTimeout(180_000);

const file = (name: string, data: string | Buffer) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: typeof data === 'string' ? Buffer.from(data) : data,
});
const choose = (page: Page, ...files: ReturnType<typeof file>[]) =>
  page.locator('input[type=file]').setInputFiles(files);
const check = (page: Page) => page.getByRole('button', { name: /^Check (files|again)$/ });
const checked = (page: Page) =>
  expect(page.getByRole('heading', { name: 'What the import would add' })).toBeVisible(READ);
/** Of the check: read, to import, there already, refused. */
const figures = (page: Page) => page.locator('dl').first().getByRole('definition');

/** An empty campaign, and a researcher at its import. */
async function openImport(page: Page, baseURL: string, name: string, campaign: string): Promise<void> {
  await signInAs(page, baseURL, name, 'researcher');
  const owner = await ownerOf(baseURL);
  await owner('createCampaign', { body: { slug: campaign, title: `Import of ${name}` } });
  await page.goto(`/workbench/campaigns/${campaign}/import`);
}

async function votesOf(baseURL: string, campaign: string): Promise<readonly Record<string, unknown>[]> {
  const owner = await ownerOf(baseURL);
  const text = await owner('exportCampaign', { params: { campaign }, query: { what: 'votes', as: 'jsonl' } });
  return text
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('own labels are asked for, and counted as they are said to mean', async ({ page, baseURL }) => {
  const { faults } = watchPage(page);
  await openImport(page, baseURL!, 'Olga', 'own-labels');
  const labels = ['1', '1', '1', '2', '2', '3', '-1', 'tie'];
  const rows = labels.map((label, i) => `alpha,beta,${label},r${i},note ${i}`);
  await choose(page, file('votes.csv', ['model_a,model_b,winner,rater,remark', ...rows].join('\n')));

  // nothing was uploaded for a check yet: the first rows are enough to ask
  await expect(page.getByText('Not known yet: 1, 2, 3, -1.', { exact: false })).toBeVisible(READ);
  const meaning = (value: string) => page.getByLabel(`Meaning of the value ${value}`, { exact: true });
  await expect(meaning('tie')).toHaveCount(0);
  await meaning('1').focus();
  await page.keyboard.type('A is');
  await meaning('2').selectOption('b');
  await meaning('3').selectOption('tie');
  await expect(page.getByText('Not known yet: -1.', { exact: false })).toBeVisible();
  await check(page).click();
  await checked(page);
  // the row with -1 is refused while nobody says what it means
  await expect(figures(page)).toHaveText(['8', '7', '0', '1']);
  await meaning('-1').selectOption('skip');
  await page.getByLabel('How many times a row with 2 counts').fill('3');
  await check(page).press('Enter');
  await checked(page);
  await expect(figures(page).nth(3)).toHaveText('0');
  await expect(page.getByText('1 row is left out, as its label says.')).toBeVisible();
  await expect(page.getByText('Not used: remark')).toBeVisible();
  await checkScreen(page, 'workbench-labels', { fullPage: true });
  await page.getByRole('button', { name: 'Import 7 rows' }).click();
  await expect(page.getByText('Imported.', { exact: true })).toBeVisible(READ);

  const votes = await votesOf(baseURL!, 'own-labels');
  const said = votes.map(({ winner, weight }) => `${winner} ${weight ?? 1}`).sort();
  expect(said).toEqual(['model_a 1', 'model_a 1', 'model_a 1', 'model_b 3', 'model_b 3', 'tie 1', 'tie 1']);
  expect(faults).toEqual([]);
});

test('a sheet with a row a prompt and a column a model is imported, whatever it is called', async ({
  page,
  baseURL,
}) => {
  const { faults } = watchPage(page);
  await openImport(page, baseURL!, 'Sven', 'sheet');
  const sheet = [
    'Frage,Antwort von Alpha,beta-7b,Notiz',
    'Warum?,Darum.,Weil es so ist.,gut',
    'Wie?,So.,,schlecht',
  ].join('\n');
  await choose(page, file('bogen.csv.gz', gzipSync(sheet)));
  await expect(page.getByText('No known format fits these columns', { exact: false })).toBeVisible(READ);
  await page.getByLabel('Read as').selectOption('answer-sheet');
  await expect(page.getByText('Still needed: Prompt')).toBeVisible();
  await page.getByLabel('Meaning of the column Frage').selectOption('prompt');
  const isModel = (column: string) => page.getByLabel(`The column ${column} holds the answers of a model`);
  await expect(isModel('beta-7b')).toBeChecked();
  await expect(isModel('Frage')).not.toBeChecked();
  // notes are texts as well, and no model
  await isModel('Notiz').focus();
  await page.keyboard.press('Space');
  await expect(isModel('Notiz')).not.toBeChecked();
  await check(page).click();
  await checked(page);
  await expect(figures(page)).toHaveText(['2', '2', '0', '0']);
  await expect(page.getByText('Models: Antwort von Alpha, beta-7b')).toBeVisible();
  await expect(page.getByText('Not used: Notiz')).toBeVisible();
  await checkScreen(page, 'workbench-sheet', { fullPage: true });
  await page.getByRole('button', { name: 'Import 2 rows' }).click();
  // a blank answer is what the model said
  await expect(page.getByText('2 models · 2 prompts · 4 answers').first()).toBeVisible(READ);

  // the same again adds nothing, and says so
  await choose(page, file('bogen.csv.gz', gzipSync(sheet)));
  await page.getByLabel('Read as').selectOption('answer-sheet', READ);
  await page.getByLabel('Meaning of the column Frage').selectOption('prompt');
  await isModel('Notiz').uncheck();
  await check(page).click();
  await expect(page.getByText('All rows are in the campaign already', { exact: false })).toBeVisible(READ);
  await expect(figures(page)).toHaveText(['2', '0', '2', '0']);
  await expect(page.getByRole('button', { name: 'Import 0 rows' })).toBeDisabled();
  expect(faults).toEqual([]);
});

test('columns of any name are mapped with the keyboard; a preference on a scale by its ends', async ({
  page,
  baseURL,
}) => {
  const { faults } = watchPage(page);
  await openImport(page, baseURL!, 'Mira', 'mapped');
  const table = ['links,rechts,urteil,wer', 'alpha,beta,0.9,r1', 'beta,alpha,0.5,r2', 'alpha,beta,7,r3'];
  await choose(page, file('odd.csv', table.join('\n')));
  await expect(page.getByText('No known format fits these columns', { exact: false })).toBeVisible(READ);
  await page.getByLabel('Read as').selectOption('Comparisons of two models');
  await expect(page.getByText('Still needed: Model A, Model B, Outcome')).toBeVisible();
  const meaning = page.getByLabel('Meaning of the column links');
  await meaning.focus();
  await page.keyboard.type('Model A');
  await page.getByLabel('Meaning of the column rechts').selectOption('model_b');
  await page.getByLabel('Meaning of the column urteil').selectOption('preference');
  await page.getByLabel('Meaning of the column wer').selectOption('rater');
  await expect(page.getByText('Still needed: Ends of the scale')).toBeVisible();
  await page.getByLabel('A is better at').fill('1');
  await page.getByLabel('B is better at').fill('0');
  await checkScreen(page, 'workbench-map');
  await check(page).press('Enter');
  await checked(page);
  await expect(page.getByRole('cell', { name: '7', exact: true })).toBeVisible();
  await page.getByLabel('Rows that are refused').selectOption('none');
  await expect(page.getByRole('button', { name: 'Import 2 good rows' })).toBeDisabled();
  await page.getByLabel('Rows that are refused').selectOption('good');
  await page.getByRole('button', { name: 'Import 2 good rows' }).press('Enter');
  await expect(page.getByText('2 models · 2 votes').first()).toBeVisible(READ);
  const votes = await votesOf(baseURL!, 'mapped');
  expect(votes.map(({ share_a: share }) => share).sort()).toEqual([0.5, 0.9]);
  expect(faults).toEqual([]);
});

test('an export of comparisons is never taken for its prompts: its outcome is asked for', async ({
  page,
  baseURL,
}) => {
  await openImport(page, baseURL!, 'Lotte', 'label-studio');
  const votes = ['left', 'right', 'left', 'left'].map((pw, id) => ({
    id,
    prompt: 'Why?',
    text1: 'Because.',
    text2: 'Therefore.',
    model_a: 'alpha',
    model_b: 'beta',
    pw,
    annotator: id,
    created_at: '2024-03-29T05:39:54.721157Z',
    lead_time: 37.4,
  }));
  await choose(page, file('export.json', JSON.stringify(votes, null, 2)));
  await expect(page.getByText('Still needed: Outcome')).toBeVisible(READ);
  await expect(page.getByLabel('Meaning of the column text2')).toHaveValue('answer_b');
  await page.getByLabel('Meaning of the column pw').selectOption('winner');
  await check(page).click();
  await checked(page);
  await expect(figures(page)).toHaveText(['4', '4', '0', '0']);
  await expect(page.getByText('2 models · 1 prompt · 2 answers · 4 votes')).toBeVisible();
  await expect(page.getByText('Not used: lead_time')).toBeVisible();
});

test('votes that were not blind go into quarantine unless the researcher counts them', async ({
  page,
  baseURL,
}) => {
  await openImport(page, baseURL!, 'Bela', 'not-blind');
  const rows = ['True', 'False', 'True'].map((anony, i) => `alpha,beta,model_a,r${i},${anony}`);
  await choose(page, file('votes.csv', ['model_a,model_b,winner,rater,anony', ...rows].join('\n')));
  await expect(
    page.getByText('1 vote was not blind: it is kept in quarantine', { exact: false }),
  ).toBeVisible(READ);
  await page.getByLabel('Votes that were not blind').selectOption('keep');
  await expect(page.getByText('1 vote was not blind, and counts.')).toBeVisible();
  await page.getByRole('button', { name: 'Import 3 rows' }).click();
  await expect(page.getByText('3 of 3 rows imported.').first()).toBeVisible(READ);
  const owner = await ownerOf(baseURL!);
  const { counts } = await owner('getCampaign', { params: { campaign: 'not-blind' } });
  expect(counts.votes).toBe(3);
});

test('a file that is refused as a whole says why, and the screen goes on', async ({ page, baseURL }) => {
  await openImport(page, baseURL!, 'Rune', 'refused');
  await choose(
    page,
    file('votes.csv', 'model_a,model_b,winner\nalpha,beta,a\n'),
    file('broken.json', '[{"a":'),
  );
  await expect(page.getByRole('alert')).toContainText('broken.json', READ);
  await page.getByRole('button', { name: 'Remove broken.json' }).click();
  await check(page).click();
  await checked(page);
  await page.getByRole('button', { name: 'Import 1 row' }).click();
  await expect(page.getByText('2 models · 1 vote').first()).toBeVisible(READ);
});

test('an import that is called off leaves nothing behind', async ({ page, baseURL }) => {
  await openImport(page, baseURL!, 'Nils', 'called-off');
  const lines = Array.from({ length: 30_000 }, (_, i) =>
    JSON.stringify({
      prompt_id: `p${i}`,
      prompt: `Question ${i}`,
      model: `m${i % 2}`,
      answer: `Answer ${i}`,
    }),
  );
  await choose(page, file('many.jsonl', lines.join('\n')));
  await page.getByRole('button', { name: 'Import 30,000 rows' }).click(READ);
  await expect(page.getByText('Reading files', { exact: true })).toBeVisible(READ);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('Called off; nothing was imported.')).toBeVisible();
  // what was chosen is still there, to be imported after all
  await expect(page.getByRole('button', { name: 'Import 30,000 rows' })).toBeEnabled();
  await page.reload();
  await expect(page.getByText('Nothing was imported yet.')).toBeVisible();
  const owner = await ownerOf(baseURL!);
  const { counts } = await owner('getCampaign', { params: { campaign: 'called-off' } });
  expect(counts).toMatchObject({ prompts: 0, answers: 0 });
});
