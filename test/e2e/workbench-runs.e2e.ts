import {
  nonceOf,
  type ScriptedOpenAiServer,
  type ScriptedRequest,
  startScriptedOpenAiServer,
} from '@agon/testkit';
import { expect, type Page } from '@playwright/test';
import { ownerOf, signInAs } from './researcher.ts';
import { watchPage } from './screens.ts';
import { test } from './test.ts';

const PROMPTS = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'];
const MODELS = ['alpha', 'beta'];
const CALL_USD = 0.01;

/** What the scripted server does with prompts; tests change it as they go. */
const behaviour = { delayMs: 0, refuses: '', hangs: false };

let server: ScriptedOpenAiServer;
/** A failed test goes on in another worker, on the same data. */
let slug = 'runs';
let provider = 'lab';

function reply(request: ScriptedRequest) {
  const text = request.messages.map(({ content }) => content).join('\n');
  if (behaviour.refuses !== '' && text.includes(behaviour.refuses))
    return { kind: 'status', status: 400, message: 'No such thing.' } as const;
  const nonce = nonceOf(request);
  return {
    kind: 'text',
    text: nonce === '' ? `Answer to ${text.slice(0, 20)}` : `So.\n<v-${nonce}>A</v-${nonce}>`,
    delayMs: behaviour.delayMs,
    costUsd: CALL_USD,
    fingerprint: 'fp_1',
    ...(request.body.logprobs
      ? {
          logprobs: [
            [
              ['A', -0.1],
              ['B', -2.4],
            ],
          ] as const,
        }
      : {}),
  } as const;
}

test.beforeAll(async ({ baseURL }) => {
  const worker = test.info().workerIndex || '';
  slug = `runs${worker}`;
  provider = `lab${worker}`;
  server = await startScriptedOpenAiServer(reply, { models: ['scripted', 'scripted-large'] });
  const owner = await ownerOf(baseURL!);
  await owner('createCampaign', { body: { slug, title: 'Winter round' } });
  const rows = PROMPTS.flatMap((id) =>
    MODELS.map((model) =>
      JSON.stringify({ prompt_id: id, prompt: `Question ${id}`, model, answer: `Answer of one to ${id}` }),
    ),
  );
  await owner('createImport', {
    params: { campaign: slug },
    body: { files: [{ name: 'answers.jsonl', text: rows.join('\n') }] },
  });
});

test.afterAll(() => server.stop());

const runOf = (page: Page, name: string | RegExp) =>
  page.getByRole('list', { name: 'Runs' }).getByRole('listitem').filter({ hasText: name });
const act = (page: Page, name: string | RegExp, action: string) =>
  runOf(page, name)
    .first()
    .getByRole('button', { name: new RegExp(`^${action}`) })
    .click();

async function askForAnswers(page: Page, name: string, more: Readonly<Record<string, string>> = {}) {
  await page.getByRole('combobox', { name: 'Provider', exact: true }).selectOption(provider);
  await page.getByLabel('Model, as the provider knows it').fill('scripted');
  await page.getByLabel('Name in the campaign (optional)').fill(name);
  for (const [label, value] of Object.entries(more)) await page.getByLabel(label).fill(value);
  await page.getByRole('button', { name: 'Ask for answers' }).click();
}

test('an administrator adds a provider, checks it, asks its models, and steers the runs', async ({
  page,
  baseURL,
}) => {
  test.setTimeout(180_000);
  const { faults } = watchPage(page);
  await signInAs(page, baseURL!, `Vera${test.info().workerIndex || ''}`, 'admin');

  await test.step('a provider with a key that nobody sees again', async () => {
    await page.goto('/workbench');
    await page.getByRole('link', { name: 'Providers' }).click();
    await page.getByRole('button', { name: 'Add a provider' }).click();
    const form = page.getByRole('dialog');
    // a preset brings its address, and the variable that usually holds its key
    await form.getByRole('combobox', { name: 'Kind' }).selectOption('groq');
    await expect(form.getByLabel('Address of its API')).toHaveValue('https://api.groq.com/openai/v1');
    await expect(form.getByLabel('Name of the variable')).toHaveValue('GROQ_API_KEY');
    await form.getByRole('combobox', { name: 'Kind' }).selectOption('custom');
    await form.getByLabel('Name', { exact: true }).fill(provider);
    await form.getByLabel('Address of its API').fill('http://169.254.169.254/v1');
    await form.getByRole('radio', { name: 'Stored here, encrypted' }).check();
    await form.getByRole('textbox', { name: 'Key', exact: true }).fill('sk-test-0123456789wxyz');
    await form.getByRole('button', { name: 'Add a provider' }).click();
    await expect(form.getByRole('alert')).toBeVisible();
    await form.getByLabel('Address of its API').fill(server.baseUrl);
    await form.getByRole('button', { name: 'Add a provider' }).click();
    await expect(form).toBeHidden();
    await expect(page.getByRole('button', { name: 'Add a provider' })).toBeFocused();
    const row = page.getByRole('listitem').filter({ hasText: server.baseUrl });
    await expect(row).toContainText('key stored, ends in wxyz');
    await expect(row).toContainText('Not checked yet.');

    await row.getByRole('button', { name: `Check: ${provider}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Check' }).click();
    await expect(row).toContainText('2 models', { timeout: 20_000 });
    await expect(row).toContainText(
      '2 probabilities a token · says what calls cost · names its version · replies in',
    );
    await row.getByText('What it can do').click();
    await expect(row).toContainText('Log-probabilities yes Up to 2 for each token.');
    await expect(row).toContainText('Batches no It has no endpoint for batches.');
    expect(server.requests[0]?.authorization).toBe('Bearer sk-test-0123456789wxyz');
    expect(await page.content()).not.toContain('0123456789wxyz');
  });

  await test.step('answers: paused, resumed, what failed asked again', async () => {
    behaviour.delayMs = 400;
    behaviour.refuses = 'Question p3';
    await page.goto(`/workbench/campaigns/${slug}`);
    await page.getByRole('link', { name: 'Answers', exact: true }).click();
    await expect(page).toHaveURL(/\/answers$/);
    await page.getByRole('combobox', { name: 'Provider', exact: true }).selectOption(provider);
    await expect(page.locator('datalist option').first()).toHaveAttribute('value', 'scripted');
    await page.getByLabel('Model, as the provider knows it').fill('scripted');
    await expect(page.getByText(/^6 calls, about \d+ tokens sent/)).toBeVisible();
    await askForAnswers(page, 'gamma', { 'Calls at a time': '1' });
    const run = runOf(page, 'gamma');
    // by keyboard: what took the place of the pressed button has the focus
    await run.getByRole('button', { name: /^Pause/ }).focus();
    await page.keyboard.press('Enter');
    await expect(run).toContainText('paused');
    await expect(run.getByRole('button', { name: /^Resume/ })).toBeFocused();
    await expect(page.getByRole('status').filter({ hasText: 'gamma, scripted: paused' })).toHaveCount(1);
    await act(page, 'gamma', 'Resume');
    await expect(run).toContainText('6 of 6', { timeout: 30_000 });
    await expect(run).toContainText('1 × refused');
    behaviour.refuses = '';
    behaviour.delayMs = 0;
    await act(page, 'gamma', 'Retry 1 failed');
    await expect(run.getByRole('button', { name: /^Retry/ })).toHaveCount(0);
    await expect(run).toContainText('done', { timeout: 20_000 });
    const owner = await ownerOf(baseURL!);
    expect((await owner('getCampaign', { params: { campaign: slug } })).counts.answers).toBe(18);
  });

  await test.step('a budget pauses a run, a larger one resumes it', async () => {
    await askForAnswers(page, 'delta', { 'Calls at a time': '1', 'Budget in US dollars (optional)': '0.03' });
    const run = runOf(page, 'delta');
    await expect(run).toContainText('The budget of 0.03 USD is spent.', { timeout: 20_000 });
    await expect(run).toContainText('$0.03 of $0.03');
    await act(page, 'delta', 'Raise budget');
    await page.getByRole('dialog').getByLabel('New budget for the whole run, US dollars').fill('1');
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await expect(run).toContainText('done', { timeout: 20_000 });
    await expect(run).toContainText('$0.06 of $1.00');
  });

  await test.step('a run that is cancelled asks nothing more', async () => {
    behaviour.delayMs = 2000;
    await askForAnswers(page, 'epsilon', { 'Calls at a time': '1', 'Budget in US dollars (optional)': '' });
    await act(page, 'epsilon', 'Cancel');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the run' }).click();
    await expect(runOf(page, 'epsilon')).toContainText('cancelled');
    behaviour.delayMs = 0;
  });

  await test.step('verdicts, and what their own page says', async () => {
    await page.getByRole('link', { name: 'Judges', exact: true }).last().click();
    await expect(page).toHaveURL(new RegExp(`${slug}/judges$`));
    await page.getByRole('combobox', { name: 'Provider', exact: true }).selectOption(provider);
    await page.getByLabel('Model, as the provider knows it').fill('scripted');
    await page.getByLabel('Battles at most').fill('6');
    await page.getByRole('button', { name: 'Ask the judge' }).click();
    const run = runOf(page, 'pair-explain');
    // six battles in both orders, and some probes
    await expect(run).toContainText(/(1[2-9]|2\d) of \1/, { timeout: 20_000 });
    // the judge always prefers the first answer; where both answers say the same, nobody asks it
    await expect(run).toContainText(/A ([3-6]), B \1, tie \d · same in both orders: \d+ %/);
    await run.getByRole('link', { name: 'pair-explain', exact: true }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('pair-explain, scripted');
    await expect(page.getByRole('row', { name: /A is better [3-6] \d\d %/ })).toBeVisible();
    await expect(page.getByText('Nothing so far.')).toBeVisible();
    await page.getByRole('button', { name: /^Read again:/ }).click();
    await expect(page.getByText(/\d+ replies read again; 0 were read differently\./)).toBeVisible();
  });

  await test.step('runs of every kind in one list', async () => {
    await page.getByRole('navigation', { name: 'Workbench' }).getByRole('link', { name: 'Runs' }).click();
    await expect(runOf(page, 'Winter round')).toHaveCount(4);
    await expect(runOf(page, provider).filter({ hasText: 'Checks' })).toHaveCount(1);
    await page.getByRole('link', { name: /^Cancelled \d+$/ }).click();
    await expect(page).toHaveURL(/state=cancelled/);
    await expect(runOf(page, 'Winter round')).toHaveCount(1);
    // pressed again it lets go
    await page.getByRole('link', { name: /^Cancelled \d+$/ }).click();
    await page.getByRole('link', { name: /^Verdicts \d+$/ }).click();
    await expect(page).toHaveURL(/kind=verdicts/);
    await expect(runOf(page, 'Winter round')).toHaveCount(1);
    await page.goto('/workbench/runs?state=paused&kind=probe');
    await expect(page.getByText('No run fits this filter.')).toBeVisible();
  });

  await test.step('a run opens in its row, by keyboard, and one reason alone is repaired', async () => {
    behaviour.refuses = 'Question p2';
    await page.goto(`/workbench/campaigns/${slug}/answers`);
    await askForAnswers(page, 'zeta');
    await expect(runOf(page, 'zeta')).toContainText('1 × refused', { timeout: 20_000 });
    behaviour.refuses = '';
    await page.getByRole('navigation', { name: 'Workbench' }).getByRole('link', { name: 'Runs' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Runs');
    await page.keyboard.press('j');
    const name = page.getByRole('link', { name: 'zeta', exact: true });
    await expect(name).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/open=/);
    await expect(name).toHaveAttribute('aria-expanded', 'true');
    const errors = page.getByRole('region', { name: 'What went wrong' });
    await expect(errors).toContainText('refused failed');
    await page.getByRole('button', { name: 'Retry 1: refused' }).click();
    await expect(errors).toContainText('asked again with success', { timeout: 20_000 });
    await expect(errors.getByRole('button')).toHaveCount(0);
    // what it went through stays with it
    await page.reload();
    await expect(errors).toContainText('refused asked again with success');
    await page.getByText('Columns', { exact: true }).click();
    await page.getByRole('link', { name: 'Tokens', exact: true }).click();
    await expect(page).toHaveURL(/columns=progress%2Ccost%2Cproblems%2Ctokens/);
    await expect(page).toHaveURL(/open=/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await expect(page).not.toHaveURL(/open=/);
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Runs as JSONL' }).click();
    expect((await saved).suggestedFilename()).toBe('runs.jsonl');
  });

  await test.step('a provider that is removed keeps its runs', async () => {
    await page.getByRole('link', { name: 'Providers' }).click();
    await page.getByRole('button', { name: `Change: ${provider}`, exact: true }).click();
    await page.getByRole('dialog').getByLabel('Address of its API').fill(`${server.baseUrl}/other`);
    await expect(
      page.getByRole('dialog').getByText('goes to no other address', { exact: false }),
    ).toBeVisible();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    const row = page.getByRole('listitem').filter({ hasText: `${server.baseUrl}/other` });
    await expect(row).toContainText('no key');
    await row.getByRole('button', { name: `Remove: ${provider}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await expect(row).toHaveCount(0);
    await page.getByRole('navigation', { name: 'Workbench' }).getByRole('link', { name: 'Runs' }).click();
    await expect(runOf(page, provider).first()).toBeVisible();
  });
  // the address that was refused on purpose
  expect(faults.filter((fault) => !fault.includes('422'))).toEqual([]);
});

test('a researcher sees providers and whom to ask, and hears what a check met', async ({ page, baseURL }) => {
  test.setTimeout(90_000);
  const owner = await ownerOf(baseURL!);
  const name = `seen${test.info().workerIndex || ''}`;
  await owner('addProvider', { body: { name, base_url: server.baseUrl } });
  const gone = `gone${test.info().workerIndex || ''}`;
  await owner('addProvider', { body: { name: gone, base_url: 'http://127.0.0.1:9/v1' } });
  await signInAs(page, baseURL!, `Olaf${test.info().workerIndex || ''}`, 'researcher');
  await page.goto('/workbench/providers');
  await expect(page.getByRole('button', { name: `Check: ${name}` })).toBeVisible();
  await expect(page.getByText('Ask an administrator of this arena to add or change one.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Add a provider' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: /^(Change|Remove)/ })).toHaveCount(0);

  await page.getByRole('button', { name: `Check: ${gone}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Check' }).click();
  const row = page.getByRole('listitem').filter({ hasText: 'http://127.0.0.1:9/v1' });
  // what passes is tried four times
  const link = row.getByRole('link', { name: 'See the check' });
  await expect(link).toBeVisible({ timeout: 60_000 });
  await link.click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(`Check of ${gone}`);
  await expect(page.getByRole('region', { name: 'What went wrong' })).toContainText(
    'not reached to be asked again',
  );
});
