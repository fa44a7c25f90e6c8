import { REPORT_FORMATS, REPORT_MEDIA_TYPES } from '@agon/contract';
import { connect } from '@agon/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDemoCampaign } from '../../apps/api/src/load-demo-campaign.ts';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';

let arena: ArenaUnderTest;
let snapshot: string;

beforeAll(async () => {
  arena = await openArena();
  await loadDemoCampaign(arena.ports);
  const { id } = await arena
    .owner()
    .call('createSnapshot', { params: { campaign: 'mt-bench-excerpt' }, body: { query: {} } });
  snapshot = id;
});
afterAll(() => arena.close());

describe('the report of a snapshot', () => {
  it.each(REPORT_FORMATS)('as %s is a file with the same bytes each time', async (as) => {
    const read = async (locale: string) => {
      const path = `/api/v1/snapshots/${snapshot}/report?as=${as}&locale=${locale}`;
      const response = await arena.visitor().send('GET', path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe(REPORT_MEDIA_TYPES[as]);
      expect(response.headers.get('content-disposition')).toMatch(new RegExp(`\\.${as}"$`));
      return Buffer.from(await response.arrayBuffer());
    };
    for (const locale of ['en', 'zh']) {
      const [one, other] = [await read(locale), await read(locale)];
      expect(one.length).toBeGreaterThan(1000);
      expect(one.equals(other)).toBe(true);
    }
  });

  it('is sealed: what somebody changed in the database is told', async () => {
    const seal = async () => (await arena.visitor().call('getSnapshot', { params: { snapshot } })).seal;
    const kept = await seal();
    expect(kept).toMatchObject({ version: 2, intact: true });
    expect(kept.sha256).toMatch(/^[0-9a-f]{64}$/);
    const database = connect(arena.databaseUrl, { connections: 1 });
    const { sql } = database;
    const rank = (to: number) =>
      sql`update snapshots set unified = jsonb_set(unified, '{models,1,rank}', to_jsonb(${to}::int)) where id = ${snapshot}`;
    await rank(1);
    expect(await seal()).toMatchObject({ intact: false });
    await rank(2);
    expect(await seal()).toEqual(kept);
    await database.close();
  });

  it('is not there for a snapshot that is not, nor in a format that is none', async () => {
    const nowhere = '/api/v1/snapshots/01980000-0000-7000-8000-000000000000/report';
    expect((await arena.visitor().send('GET', nowhere)).status).toBe(404);
    expect((await arena.visitor().send('GET', `/api/v1/snapshots/${snapshot}/report?as=doc`)).status).toBe(
      400,
    );
  });
});
