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

describe('what the document says', () => {
  type Reply = { content: Record<string, { schema: Record<string, unknown> }> };
  const read = async () => {
    const document = (await (await get('/api/v1/openapi.json')).json()) as {
      paths: Record<
        string,
        Record<string, { operationId: string; responses: Record<string, Reply>; requestBody?: Reply }>
      >;
      components: { schemas: Record<string, Record<string, unknown>> };
    };
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    return { document, of: (name: string) => operations.find(({ operationId }) => operationId === name)! };
  };

  it('of a reference that may be null, is that it is one or the other', async () => {
    const { document } = await read();
    const text = JSON.stringify(document);
    expect(text).not.toContain('"allOf"');
    expect(text).toContain('"anyOf":[{"$ref":"#/components/schemas/ModelRating"},{"type":"null"}]');
  });

  it('of streams, is that they are texts, and of what their parts are', async () => {
    const { of } = await read();
    const events = of('watchBoard').responses[200]!.content['text/event-stream']!.schema;
    expect(events).toMatchObject({ type: 'string', contentSchema: { type: 'object' } });
    expect(Object.keys((events.contentSchema as { properties: object }).properties)).toContain('votes');
    const progress = of('streamImport').responses[200]!.content['application/x-ndjson']!.schema;
    expect(progress.type).toBe('string');
  });

  it('of exports, are the types that they have', async () => {
    const { of } = await read();
    const types = Object.keys(of('exportCampaign').responses[200]!.content);
    await arena.owner().call('createCampaign', { body: { slug: 'typed', title: 'Typed' } });
    for (const as of ['jsonl', 'csv', 'parquet', 'fastchat']) {
      const response = await arena.owner().send('GET', `/api/v1/campaigns/typed/export?what=votes&as=${as}`);
      const [type = ''] = response.headers.get('content-type')!.split(';', 1);
      expect([response.status, types]).toEqual([200, expect.arrayContaining([type])]);
    }
  });

  it('of imports, is that they take forms, too', async () => {
    const { of } = await read();
    for (const name of ['createImport', 'streamImport', 'inspectFile']) {
      expect(Object.keys(of(name).requestBody!.content)).toEqual(['application/json', 'multipart/form-data']);
    }
    expect(Object.keys(of('castVote').requestBody!.content)).toEqual(['application/json']);
  });

  it('of refusals, are those that come', async () => {
    const { of } = await read();
    const codes = (name: string) => Object.keys(of(name).responses);
    expect(codes('castVote')).toEqual(
      expect.arrayContaining(['400', '401', '403', '404', '405', '413', '415']),
    );
    expect(codes('listCampaigns')).not.toEqual(expect.arrayContaining(['404']));
    expect(codes('listCampaigns')).not.toEqual(expect.arrayContaining(['415']));
  });
});

describe('a path', () => {
  it.each([
    ['DELETE', '/api/v1/campaigns', 'GET, HEAD, POST'],
    ['PUT', '/api/v1/campaigns/x', 'GET, HEAD, PATCH'],
    ['GET', '/api/v1/setup', 'POST'],
    ['OPTIONS', '/api/v1/me', 'GET, HEAD'],
    ['POST', '/healthz', 'GET, HEAD'],
  ])('refuses %s %s with what it takes', async (method, path, allow) => {
    const response = await arena.owner().send(method, path);
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    expect(await response.json()).toMatchObject({ code: 'method_not_allowed' });
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
