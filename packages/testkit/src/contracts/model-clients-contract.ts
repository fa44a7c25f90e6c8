import type { ChatSettings, KeyVault, ModelClients } from '@agon/arena';
import { describe, expect, it } from 'vitest';
import { startScriptedOpenAiServer } from '../scripted-openai-server.ts';
import { sampleProvider } from './sample-provider.ts';

const NEVER = new AbortController().signal;
const SETTINGS: ChatSettings = { temperature: 0, maxTokens: 16 };

/** @param make with the variables of the machine, and what opens stored keys */
export function modelClientsContract(
  make: (
    environment: Readonly<Record<string, string | undefined>>,
    vault: Pick<KeyVault, 'open'>,
  ) => ModelClients,
): void {
  const where = 'http://127.0.0.1:9/v1';
  const closed = {
    open() {
      throw new Error('no stored key');
    },
  };

  describe('the contract of ModelClients', () => {
    it('refuses a key variable that is not set, by its name', async () => {
      const clients = make({ EMPTY: '', OTHER: 'secret' }, closed);
      for (const keyEnv of ['EMPTY', 'MISSING']) {
        await expect(clients.open(sampleProvider(where, { keyEnv }), 'm')).rejects.toMatchObject({
          code: 'provider_refused',
          message: expect.stringContaining(keyEnv),
        });
      }
    });

    it('never sends a variable of the arena, whoever wrote its name into the provider', async () => {
      const clients = make({ AGON_OWNER_KEY: 'secret', DATABASE_URL: 'postgres://' }, closed);
      for (const keyEnv of ['AGON_OWNER_KEY', 'DATABASE_URL']) {
        await expect(clients.open(sampleProvider(where, { keyEnv }), 'm')).rejects.toMatchObject({
          code: 'provider_forbidden',
        });
      }
    });

    it('sends the key of the variable, the stored one, or none', async () => {
      const server = await startScriptedOpenAiServer(() => ({ kind: 'text', text: 'ok' }));
      try {
        const clients = make({ SOME_KEY: ' sk-env\n' }, { open: (sealed) => `opened-${sealed}` });
        for (const key of [{ keyEnv: 'SOME_KEY' }, { sealedKey: 'box' }, {}]) {
          const client = await clients.open(sampleProvider(server.baseUrl, key), 'm');
          await client.ask({ kind: 'chat', system: '', turns: ['Hi'], settings: SETTINGS }, NEVER);
        }
        expect(server.requests.map(({ authorization }) => authorization)).toEqual([
          'Bearer sk-env',
          'Bearer opened-box',
          null,
        ]);
      } finally {
        await server.stop();
      }
    });

    it('refuses a key that no header can carry, without showing it', async () => {
      const clients = make({ SOME_KEY: 'sk\r\nx-evil: 1' }, closed);
      const opening = clients.open(sampleProvider(where, { keyEnv: 'SOME_KEY' }), 'm');
      await expect(opening).rejects.toMatchObject({
        code: 'provider_refused',
        message: expect.not.stringContaining('x-evil'),
      });
    });

    it('opens no address that must not be asked', async () => {
      const strict = sampleProvider(where, { allowsPrivate: false });
      await expect(make({}, closed).open(strict, 'm')).rejects.toMatchObject({ code: 'provider_forbidden' });
    });
  });
}
