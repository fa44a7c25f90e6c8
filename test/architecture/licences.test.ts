import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isAccepted, lockedPackages } from '../supply/locked-licences.ts';

const packages = lockedPackages(fileURLToPath(new URL('../../', import.meta.url)));

describe('licences of what is installed', () => {
  it('are known, and go with ours', () => {
    expect(packages.length).toBeGreaterThan(300);
    expect(packages.filter(({ licence }) => !isAccepted(licence))).toEqual([]);
  });

  it.each<[string | null, boolean]>([
    ['MIT', true],
    ['(MIT OR GPL-3.0)', true],
    ['MIT AND GPL-3.0', false],
    ['AGPL-3.0-only', false],
    ['UNLICENSED', false],
    ['', false],
    [null, false],
  ])('%s: accepted is %s', (licence, accepted) => {
    expect(isAccepted(licence)).toBe(accepted);
  });
});
