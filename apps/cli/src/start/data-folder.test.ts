import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

  it.each([
    ['cut off', '{"secret":"signing","own'],
    ['empty', ''],
    ['not ours', '{"secret":"signing"}'],
    ['null', 'null'],
    ['with a part that is no text', '{"secret":"signing","ownerKey":"x","encryptionKey":3}'],
  ])('says what to do with secrets that are %s, and changes nothing', async (_, text) => {
    const path = join(folder, 'secrets.json');
    writeFileSync(path, text);
    await expect(prepareDataFolder(folder)).rejects.toMatchObject({
      code: 'data_folder_unusable',
      message: expect.stringContaining(path),
      hint: expect.stringMatching(/backup.*remove it/),
    });
    await expect(prepareDataFolder(folder)).rejects.not.toMatchObject({
      message: expect.stringContaining('signing'),
    });
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('leaves no half of them, whenever it is killed', async () => {
    const module = new URL('./data-folder.ts', import.meta.url).href;
    const code = `
      import { prepareDataFolder } from ${JSON.stringify(module)};
      console.log('ready');
      for (let i = 0; ; i += 1) await prepareDataFolder(${JSON.stringify(folder)} + '/' + i);`;
    let made = 0;
    for (let kill = 0; kill < 4; kill += 1) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, 20 + 13 * kill));
      child.kill('SIGKILL');
      await once(child, 'exit');
      for (const name of readdirSync(folder)) {
        const path = join(folder, name, 'secrets.json');
        if (!existsSync(path)) continue;
        expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ secret: expect.any(String) });
        made += 1;
      }
      for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
    }
    expect(made).toBeGreaterThan(0);
  });
});
