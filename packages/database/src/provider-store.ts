import type { ProviderCapabilities, ProviderLimits, ProviderRecord, ProviderStore } from '@agon/arena';
import { ArenaError, type ProviderId } from '@agon/domain';
import type { Database } from './connect.ts';

type ProviderRow = {
  readonly id: string;
  readonly name: string;
  readonly preset: string;
  readonly base_url: string;
  readonly key_env: string | null;
  readonly sealed_key: string | null;
  readonly key_end: string | null;
  readonly allows_private: boolean;
  readonly limits: ProviderLimits;
  readonly capabilities: ProviderCapabilities | null;
  readonly checked_at: Date | null;
  readonly created_at: Date;
  readonly removed_at: Date | null;
};

function toRecord(row: ProviderRow): ProviderRecord {
  return {
    id: row.id as ProviderId,
    name: row.name,
    preset: row.preset,
    baseUrl: row.base_url,
    keyEnv: row.key_env,
    sealedKey: row.sealed_key,
    keyEnd: row.key_end,
    allowsPrivate: row.allows_private,
    limits: row.limits,
    capabilities: row.capabilities,
    checkedAtMs: row.checked_at?.getTime() ?? null,
    createdAtMs: row.created_at.getTime(),
    removedAtMs: row.removed_at?.getTime() ?? null,
  };
}

/** Columns of the fields that a change may have as they are. */
const COLUMNS = {
  preset: 'preset',
  baseUrl: 'base_url',
  keyEnv: 'key_env',
  sealedKey: 'sealed_key',
  keyEnd: 'key_end',
  allowsPrivate: 'allows_private',
} as const;

export function createProviderStore({ sql }: Database): ProviderStore {
  return {
    async list() {
      const rows = await sql<ProviderRow[]>`
        select * from providers where removed_at is null and preset <> 'control' order by lower(name) collate "C", name collate "C"`;
      return rows.map(toRecord);
    },

    async named(name) {
      const [row] = await sql<ProviderRow[]>`
        select * from providers where name = ${name} and removed_at is null`;
      return row === undefined ? null : toRecord(row);
    },

    async find(id) {
      const [row] = await sql<ProviderRow[]>`select * from providers where id = ${id}`;
      return row === undefined ? null : toRecord(row);
    },

    async add(provider) {
      const rows = await sql`
        insert into providers (id, name, preset, base_url, key_env, sealed_key, key_end, allows_private, limits,
          created_by, created_at)
        values (${provider.id}, ${provider.name}, ${provider.preset}, ${provider.baseUrl}, ${provider.keyEnv},
          ${provider.sealedKey}, ${provider.keyEnd}, ${provider.allowsPrivate}, ${sql.json(provider.limits)},
          ${provider.by}, ${new Date(provider.createdAtMs)})
        on conflict (name) where removed_at is null do nothing returning id`;
      if (rows.length === 0) {
        throw new ArenaError('already_exists', `There is a provider "${provider.name}" already.`, {
          hint: 'Choose another name, or change or remove that one.',
          at: { column: 'name', value: provider.name },
        });
      }
    },

    async change(before, change) {
      const fields: Record<string, unknown> = {};
      for (const [name, column] of Object.entries(COLUMNS) as [keyof typeof COLUMNS, string][]) {
        if (change[name] !== undefined) fields[column] = change[name];
      }
      if (change.limits !== undefined) fields.limits = sql.json(change.limits);
      if (Object.keys(fields).length === 0) return true;
      const asksElsewhere = (['baseUrl', 'keyEnv', 'sealedKey'] as const).some(
        (name) => change[name] !== undefined && change[name] !== before[name],
      );
      if (asksElsewhere) Object.assign(fields, { capabilities: null, checked_at: null });
      const rows = await sql`
        update providers set ${sql(fields as never)}
        where id = ${before.id} and removed_at is null and base_url = ${before.baseUrl}
          and key_env is not distinct from ${before.keyEnv}
          and sealed_key is not distinct from ${before.sealedKey} returning id`;
      return rows.length > 0;
    },

    async reseal(id, before, sealed) {
      const rows = await sql`
        update providers set sealed_key = ${sealed} where id = ${id} and sealed_key = ${before} returning id`;
      return rows.length > 0;
    },

    async remove(id, atMs) {
      await sql`
        update providers set removed_at = ${new Date(atMs)}, sealed_key = null, key_end = null, key_env = null
        where id = ${id} and removed_at is null`;
    },
  };
}
