import { expect } from '@playwright/test';
import { firstLoad } from '../../apps/web/scripts/first-load.ts';
import { test } from './test.ts';

/**
 * What a phone on a slow line may be asked to load before it can vote. The goal is 75 kB; since the lab and the battle pages
 * share a chunk of Svelte's runtime with the booth it is 76.6.
 */
const MAX_BYTES = 77_000;

test('the booth loads at most 77 kB of JavaScript at first, after gzip', async ({ baseURL }) => {
  const modules = await firstLoad(`${baseURL}/c/mt-bench-excerpt/vote`);
  expect(modules.length).toBeGreaterThan(0);
  expect(modules.reduce((sum, module) => sum + module.bytes, 0)).toBeLessThanOrEqual(MAX_BYTES);
});
