import { existsSync, readFileSync } from 'node:fs';
import { type Client, createClient } from '@agon/client';
import { expect } from '@playwright/test';

const SERVER = new URL('./.output/data/server.json', import.meta.url);

/** Calls as the owner of the data folder that this run has started. The key is written a moment after the server is up. */
export async function ownerClient(baseURL: string): Promise<Client> {
  await expect.poll(() => existsSync(SERVER)).toBe(true);
  const { ownerKey } = JSON.parse(readFileSync(SERVER, 'utf8')) as { ownerKey: string };
  return createClient({ baseUrl: baseURL, apiKey: ownerKey });
}
