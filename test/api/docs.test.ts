import { CALLS, PATHS } from '@agon/contract';
import { ERROR_CODES } from '@agon/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';

let arena: ArenaUnderTest;
beforeAll(async () => {
  arena = await openArena();
});
afterAll(() => arena.close());

const get = (path: string) => arena.visitor().send('GET', path);

type Operation = { operationId: string; responses: Record<string, unknown>; requestBody?: unknown };

describe('the OpenAPI document', () => {
  it('is version 3.1 and has every call of the contract, and no other', async () => {
    const document = (await (await get('/api/v1/openapi.json')).json()) as {
      openapi: string;
      paths: Record<string, Record<string, Operation>>;
    };
    expect(document.openapi).toBe('3.1.0');
    const found = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(
        ([method, operation]) => `${operation.operationId}: ${method.toUpperCase()} ${path}`,
      ),
    );
    expect(found.sort()).toEqual(
      Object.entries(PATHS)
        .map(([name, place]) => `${name}: ${place}`)
        .sort(),
    );
  });

  it('says of each call what it takes, gives and may refuse', async () => {
    const document = (await (await get('/api/v1/openapi.json')).json()) as {
      paths: Record<string, Record<string, Operation>>;
      components: { schemas: Record<string, unknown> };
    };
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    for (const operation of operations) {
      const shape = CALLS[operation.operationId as keyof typeof CALLS];
      expect(operation.responses).toHaveProperty('default');
      expect(operation.responses).toHaveProperty(String('status' in shape ? shape.status : 200));
      expect('requestBody' in operation).toBe('body' in shape);
    }
    // every reference leads somewhere
    const references = JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g);
    for (const [, name] of references) expect(Object.keys(document.components.schemas)).toContain(name);
  });
});

describe('the docs page', () => {
  it('loads everything from this server', async () => {
    const response = await get('/api/v1/docs');
    const html = await response.text();
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe/);
    const assets = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(assets.length).toBeGreaterThanOrEqual(4);
    for (const asset of assets) {
      expect(asset).toMatch(/^\/api\/v1\/docs\//);
      const loaded = await get(asset);
      expect([asset, loaded.status]).toEqual([asset, 200]);
      expect(loaded.headers.get('content-type')).toMatch(/^(text\/css|text\/javascript|image\/png)/);
    }
    expect(html).not.toMatch(/<script>|onload=/);
  });

  it('explains every error where problems link to', async () => {
    const html = await (await get('/api/v1/docs/errors')).text();
    for (const code of Object.keys(ERROR_CODES)) expect(html).toContain(`<section id="${code}">`);
    const problem = (await (await get('/api/v1/nothing')).json()) as { type: string };
    expect(problem.type).toBe('/api/v1/docs/errors#not_found');
  });
});
