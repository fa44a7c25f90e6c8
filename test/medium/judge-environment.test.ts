import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { judgeAnswers, judgeEnvironment } from '../../apps/cli/src/start/judge-environment.ts';
import { type Service, supervise } from '../../apps/cli/src/start/supervise.ts';

const SCRIPT = fileURLToPath(new URL('asking-service.ts', import.meta.url));

/** What stands in the environment of somebody who runs an arena. */
const MACHINE = {
  PATH: process.env.PATH,
  HOME: '/home/ada',
  LC_ALL: 'C.UTF-8',
  AGON_DATABASE_URL: 'postgres://agon:pw@127.0.0.1:5433/agon',
  AGON_ENCRYPTION_KEY: 'sealing',
  AGON_PROVIDER_HOSTS: 'loopback',
  AGON_MODEL_MEMORY: '8192',
  AGON_MODEL_EP: 'auto',
  AGON_OWNER_KEY: 'agon_owner_x',
  AGON_SECRET: 'signing',
  DATABASE_URL: 'postgres://other',
  OPENAI_API_KEY: 'sk-openai',
  LAB_KEY: 'sk-lab',
  EMPTY: '',
  AWS_SECRET_ACCESS_KEY: 'aws',
  NODE_OPTIONS: '--no-warnings',
  PORT: '3000',
};

let service: Service | undefined;
afterEach(async () => service?.stop());

async function start(asks: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const services = () => ({ ...MACHINE, AGON_DEBUG: asks.join(',') });
  service = await supervise({
    name: 'judge',
    script: SCRIPT,
    env: () => judgeEnvironment(services()),
    answer: judgeAnswers(MACHINE, services),
    readyMs: 20_000,
    drainMs: 5000,
    onEvent: () => {},
    onProcess: () => {},
    onGivenUp: () => {},
  });
  return service.ready;
}

describe('the judge service', () => {
  it('holds no secret but those that it works with', async () => {
    const { environment } = await start([]);
    expect(environment).toEqual({
      PATH: MACHINE.PATH,
      HOME: MACHINE.HOME,
      LC_ALL: MACHINE.LC_ALL,
      AGON_DATABASE_URL: MACHINE.AGON_DATABASE_URL,
      AGON_ENCRYPTION_KEY: MACHINE.AGON_ENCRYPTION_KEY,
      AGON_PROVIDER_HOSTS: MACHINE.AGON_PROVIDER_HOSTS,
      AGON_MODEL_MEMORY: MACHINE.AGON_MODEL_MEMORY,
      AGON_MODEL_EP: MACHINE.AGON_MODEL_EP,
      AGON_DEBUG: '',
      // Node adds its own: the channel
      ...onlyOf(environment, /^NODE_CHANNEL/),
    });
  });

  it('is told keys of providers by name, and nothing that is reserved', async () => {
    const asks = [
      'OPENAI_API_KEY',
      'LAB_KEY',
      'EMPTY',
      'MISSING',
      'AGON_OWNER_KEY',
      'AGON_SECRET',
      'DATABASE_URL',
    ];
    const { told, ownPorts } = await start(asks);
    expect(told).toEqual({
      OPENAI_API_KEY: 'sk-openai',
      LAB_KEY: 'sk-lab',
      EMPTY: '',
      MISSING: null,
      AGON_OWNER_KEY: null,
      AGON_SECRET: null,
      DATABASE_URL: null,
    });
    expect(ownPorts).toEqual([3000, 5433]);
  });

  it('reads its own environment where nobody keeps it', async () => {
    const env = { ...MACHINE, AGON_DEBUG: 'LAB_KEY,AGON_OWNER_KEY,MISSING' };
    const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT], { env });
    expect(JSON.parse(stdout)).toMatchObject({
      told: { LAB_KEY: 'sk-lab', AGON_OWNER_KEY: null, MISSING: null },
      ownPorts: [3000, 5433],
    });
  });
});

function onlyOf(environment: unknown, pattern: RegExp): object {
  return Object.fromEntries(Object.entries(environment as object).filter(([name]) => pattern.test(name)));
}
