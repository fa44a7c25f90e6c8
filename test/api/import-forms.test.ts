import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ImportEvent, ImportForm, ImportResult, Problem } from '@agon/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import type { Visitor } from './visitor.ts';

let arena: ArenaUnderTest;
let researcher: Visitor;
/** Where this process puts files that are sent. */
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agon-forms-'));
  vi.stubEnv('TMPDIR', folder);
  arena = await openArena();
  researcher = await arena.person('researcher');
  await researcher.call('createCampaign', { body: { slug: 'forms', title: 'Forms' } });
});
afterAll(async () => {
  await arena.close();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const params = { campaign: 'forms' };
const PATH = '/api/v1/campaigns/forms/imports';

const votes = (from: number, count: number) =>
  ['model_a,model_b,winner,rater,prompt_id']
    .concat(Array.from({ length: count }, (_, i) => `ü-one,two,model_a,ann,p${from + i}`))
    .join('\n');

function formOf(
  options: ImportForm | string | null,
  ...files: readonly (readonly [name: string, content: string | Uint8Array<ArrayBuffer>])[]
): FormData {
  const form = new FormData();
  if (options !== null)
    form.append('options', typeof options === 'string' ? options : JSON.stringify(options));
  for (const [name, content] of files) form.append('file', new Blob([content]), name);
  return form;
}

const post = (path: string, body: FormData | string, headers: Readonly<Record<string, string>> = {}) =>
  arena.api.app.request(`http://localhost${path}`, {
    method: 'POST',
    headers: { origin: 'http://localhost', cookie: researcher.cookies, ...headers },
    body,
  });

async function refusal(reply: Response | Promise<Response>): Promise<Problem & { readonly status: number }> {
  const response = await reply;
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = (await response.json()) as Problem;
  expect(problem.status).toBe(response.status);
  expect(problem.hint).toMatch(/\w+ \w+/);
  return problem;
}

describe('files that come as a form', () => {
  it('are imported in their order, each by what is said of it', async () => {
    const odd = 'left,right,said\nü-one,two,links\ntwo,ü-one,links';
    const form = formOf(
      {
        files: [{}, { format: 'plain', map: { left: 'model_a', right: 'model_b', said: 'winner' } }],
        labels: { links: 'a*2' },
      },
      ['früh & spät.csv', votes(0, 3)],
      ['odd.csv', odd],
    );
    const result = await researcher.call('createImport', { params, form });
    expect(result).toMatchObject({
      votes: 5,
      rows: { read: 5, imported: 5, refused: 0, duplicates: 0 },
      files: [
        { name: 'früh & spät.csv', rows: 3 },
        { name: 'odd.csv', rows: 2, labels: [{ value: 'links', count: 2 }] },
      ],
    });
    const weights = await arena.database
      .sql`select weight from votes where import_id = ${result.id} order by seq`;
    expect(weights.map(({ weight }) => weight)).toEqual([null, null, null, 2, 2]);
    const [kept] = await arena.database.sql<
      { files: object[] }[]
    >`select files from imports where id = ${result.id}`;
    expect(kept?.files[1]).toEqual({
      name: 'odd.csv',
      sha256: createHash('sha256').update(odd).digest('hex'),
    });
  });

  it('are known when they come again, and as JSON, and packed', async () => {
    const again = { votes: 0, id: null, rows: { read: 3, imported: 0, duplicates: 3 } };
    const form = formOf(null, ['again.csv', votes(0, 3)]);
    expect(await researcher.call('createImport', { params, form })).toMatchObject(again);
    const body = { files: [{ name: 'again.csv', text: votes(0, 3) }] };
    expect(await researcher.call('createImport', { params, body })).toMatchObject(again);
    const packed = formOf({}, ['again.csv.gz', new Uint8Array(gzipSync(votes(0, 3)))]);
    expect(await researcher.call('createImport', { params, form: packed })).toMatchObject(again);
  });

  it('keep no folders and no paths of their own', async () => {
    const form = formOf({}, ['../../etc/passwd.csv', votes(10, 1)], ['C:\\birds\\late.csv', votes(11, 1)]);
    const result = await researcher.call('createImport', { params, form });
    expect(result.files.map(({ name }) => name)).toEqual(['passwd.csv', 'late.csv']);
  });

  it('may be far larger than a body of JSON, and tell how far they are', async () => {
    const long = votes(100, 200_000);
    expect(long.length).toBeGreaterThan(4 * 1024 * 1024);
    const reply = await post(`${PATH}/stream`, formOf({ dry_run: true }, ['long.csv', long]));
    const events = (await reply.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ImportEvent);
    const bytes = Buffer.byteLength(long);
    expect(events.filter((event) => event.kind === 'progress').at(-1)).toEqual({
      kind: 'progress',
      stage: 'reading',
      done: bytes,
      total: bytes,
    });
    expect(events.at(-1)).toMatchObject({ kind: 'done', result: { id: null, votes: 200_000 } });
    const refused = await refusal(
      researcher.send('POST', PATH, { files: [{ name: 'long.csv', text: long }] }),
    );
    expect(refused).toMatchObject({
      status: 413,
      code: 'too_large',
      detail: expect.stringContaining('4 MB'),
      hint: expect.stringContaining('multipart/form-data'),
    });
  });

  it('are recognised by their first rows, as texts in JSON are', async () => {
    const rows = [
      ['ü-one', 'two', 'model_a', 'ann', 'p0'],
      ['ü-one', 'two', 'model_a', 'ann', 'p1'],
    ];
    const asForm = await researcher.call('inspectFile', { form: formOf(null, ['votes.csv', votes(0, 2)]) });
    expect(asForm).toMatchObject({ format: 'plain', rows });
    expect(await researcher.call('inspectFile', { body: { name: 'votes.csv', text: votes(0, 2) } })).toEqual(
      asForm,
    );
    const inspect = '/api/v1/formats/inspect';
    expect(await refusal(post(inspect, formOf({})))).toMatchObject({ status: 400, at: { column: 'file' } });
  });
});

describe('a campaign that is not there', () => {
  const importInto = (campaign: string, options: ImportForm) =>
    researcher.call('createImport', {
      params: { campaign },
      form: formOf(options, ['votes.csv', votes(0, 3)]),
    });

  it('is made where the import may, and by no preview', async () => {
    await expect(importInto('fresh', {})).rejects.toMatchObject({ code: 'not_found' });
    await expect(importInto('fresh', { dry_run: true })).rejects.toMatchObject({ code: 'not_found' });
    const preview = await importInto('fresh', { create: true, dry_run: true });
    expect(preview).toMatchObject({ id: null, campaign: 'fresh', models: 2, votes: 3 });
    await expect(researcher.call('getCampaign', { params: { campaign: 'fresh' } })).rejects.toMatchObject({
      code: 'not_found',
    });
    for (const options of [{ create: true }, { create: true, dry_run: true }]) {
      await expect(importInto('No Name', options)).rejects.toMatchObject({
        code: 'invalid_request',
        at: { column: 'campaign' },
      });
    }
    expect(await importInto('fresh', { create: true })).toMatchObject({ id: expect.any(String), votes: 3 });
    expect(await researcher.call('getCampaign', { params: { campaign: 'fresh' } })).toMatchObject({
      slug: 'fresh',
      state: 'draft',
      counts: { models: 2, votes: 3 },
    });
    expect(await importInto('fresh', { create: true })).toMatchObject({ id: null, votes: 0 });
  });

  it('is made once by imports that come at once', async () => {
    const results = await Promise.all([1, 2, 3].map(() => importInto('at-once', { create: true })));
    expect(results.map((result: ImportResult) => result.votes).sort()).toEqual([0, 0, 3]);
    expect(arena.logged).toEqual([]);
  });
});

describe('a form that cannot be taken', () => {
  const withPart = (name: string, content: string | Blob) => {
    const form = formOf({ dry_run: true }, ['a.csv', votes(0, 1)]);
    form.append(name, content);
    return form;
  };
  const boundary = { 'content-type': 'multipart/form-data; boundary=x' };

  it.each<[string, () => Response | Promise<Response>, object]>([
    ['no file', () => post(PATH, formOf({})), { at: { column: 'file' } }],
    ['a part that nobody reads', () => post(PATH, withPart('option', '{}')), { at: { column: 'option' } }],
    ['a part without a name', () => post(PATH, withPart('', '{}')), { at: { column: '' } }],
    ['options twice', () => post(PATH, withPart('options', '{}')), { at: { column: 'options' } }],
    [
      'a file of another name',
      () => post(PATH, withPart('upload', new Blob(['x']))),
      { at: { column: 'upload' } },
    ],
    [
      'options that are no JSON',
      () => post(PATH, formOf('{"dry_run":', ['a.csv', votes(0, 1)])),
      { at: { column: 'options' } },
    ],
    [
      'options that no import has',
      () => post(PATH, formOf('{"dryrun":true}', ['a.csv', votes(0, 1)])),
      { at: { column: 'dryrun' } },
    ],
    [
      'a label that means nothing',
      () => post(PATH, formOf('{"labels":{"x":"left"}}', ['a.csv', votes(0, 1)])),
      {},
    ],
    [
      'a file that breaks off',
      () =>
        post(
          PATH,
          '--x\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\nmodel',
          boundary,
        ),
      {},
    ],
    ['no boundary', () => post(PATH, 'x', { 'content-type': 'multipart/form-data; charset=utf-8' }), {}],
  ])('%s: refused with what to do', async (_, send, problem) => {
    expect(await refusal(send())).toMatchObject({ status: 400, code: 'invalid_request', ...problem });
  });

  it('is refused to a stranger and to another site before it is read', async () => {
    let isRead = false;
    const body = () =>
      new ReadableStream(
        {
          pull(controller) {
            isRead = true;
            controller.enqueue(new Uint8Array(1024));
          },
        },
        { highWaterMark: 0 },
      );
    const send = (headers: Readonly<Record<string, string>>) =>
      arena.api.app.request(
        new Request(`http://localhost${PATH}`, {
          method: 'POST',
          headers: { ...boundary, ...headers },
          body: body(),
          duplex: 'half',
        } as RequestInit),
      );
    const stranger = await refusal(send({ origin: 'http://localhost' }));
    expect(stranger).toMatchObject({ status: 401, code: 'not_signed_in' });
    const elsewhere = await refusal(send({ origin: 'https://evil.example', cookie: researcher.cookies }));
    expect(elsewhere).toMatchObject({ status: 403, code: 'foreign_origin' });
    expect(isRead).toBe(false);
  });

  it('leaves no file on the disk, nor does any other', async () => {
    await expect.poll(() => readdir(folder)).toEqual([]);
    expect(arena.logged).toEqual([]);
  });
});
