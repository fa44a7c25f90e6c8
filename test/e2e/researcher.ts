import { existsSync, readFileSync } from 'node:fs';
import { type Client, createClient } from '@agon/client';
import type { Role } from '@agon/contract';
import { type Browser, expect, type Page } from '@playwright/test';

const PASSWORD = 'correct horse battery';

const SERVER_FILE = new URL('./.output/data/server.json', import.meta.url);

/** Calls of the API as the owner of the data folder. */
export async function ownerOf(baseURL: string): Promise<Client> {
  // the server answers a moment before it writes down how its owner is known
  await expect(() => expect(existsSync(SERVER_FILE)).toBe(true)).toPass({ timeout: 10_000 });
  const { ownerKey } = JSON.parse(readFileSync(SERVER_FILE, 'utf8')) as { ownerKey: string };
  return createClient({ baseUrl: baseURL, apiKey: ownerKey });
}

/** Somebody with an account, given a role by the owner; the page's session is theirs. */
export async function signInAs(page: Page, baseURL: string, name: string, role: Role): Promise<void> {
  const email = `${name.toLowerCase()}@example.org`;
  const reply = await page.request.post('/api/auth/sign-up/email', {
    data: { name, email, password: PASSWORD },
    headers: { origin: baseURL },
  });
  expect(reply.ok()).toBe(true);
  const owner = await ownerOf(baseURL);
  const members = await owner('listMembers', { query: { limit: 500 } });
  const member = members.items.find((each) => each.email === email)!;
  await owner('changeMember', { params: { user: member.id }, body: { role } });
}

export type Session = Awaited<ReturnType<ReturnType<Page['context']>['cookies']>>;

/** A session that several pages may share. */
export async function sessionOf(
  browser: Browser,
  baseURL: string,
  name: string,
  role: Role,
): Promise<Session> {
  const context = await browser.newContext({ baseURL });
  const page = await context.newPage();
  await signInAs(page, baseURL, name, role);
  const cookies = await context.cookies();
  await context.close();
  return cookies;
}
