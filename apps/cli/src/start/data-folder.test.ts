import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareDataFolder } from './data-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agon-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('prepareDataFolder', () => {
  it('makes secrets once, for its owner only', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => prepareDataFolder(folder)));
    expect(Buffer.from(all[0]!.encryptionKey, 'base64url')).toHaveLength(32);
    for (const secrets of all) expect(secrets).toEqual(all[0]);
    expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600);
  });

  it('adds the key that seals to secrets of an older version, the same for all who ask at once', async () => {
    const path = join(folder, 'secrets.json');
    writeFileSync(path, JSON.stringify({ secret: 'signing', ownerKey: 'agon_owner_x' }), { mode: 0o600 });
    const all = await Promise.all(Array.from({ length: 5 }, () => prepareDataFolder(folder)));
    for (const secrets of all) expect(secrets).toEqual(all[0]);
    expect(all[0]).toEqual({
      secret: 'signing',
      ownerKey: 'agon_owner_x',
      encryptionKey: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(all[0]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    // no lock, no draft
    expect(readdirSync(folder)).toEqual(['secrets.json']);
  });
});
