import type { KeyRecord, KeyStore } from '@agon/arena';
import type { KeyScope, Role } from '@agon/contract';
import type { UserId } from '@agon/domain';
import type { Database } from './connect.ts';

type KeyRow = {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: KeyScope[];
  readonly user_id: string | null;
  readonly created_at: Date;
  readonly last_used_at: Date | null;
};

function keyOf(row: KeyRow): KeyRecord {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    userId: row.user_id as UserId | null,
    createdAtMs: row.created_at.getTime(),
    lastUsedAtMs: row.last_used_at?.getTime() ?? null,
  };
}

export function createKeyStore({ sql }: Database): KeyStore {
  return {
    async add(key, hash) {
      await sql`insert into api_keys (id, name, prefix, hash, scopes, user_id, created_at)
        values (${key.id}, ${key.name}, ${key.prefix}, ${hash}, ${[...key.scopes]}, ${key.userId},
          ${new Date(key.createdAtMs)})`;
    },

    async list(owner, { after, limit }) {
      // ids are version 7: they sort by time
      const rows = await sql<KeyRow[]>`
        select id, name, prefix, scopes, user_id, created_at, last_used_at from api_keys
        where user_id is not distinct from ${owner} ${after === null ? sql`` : sql`and id < ${after}`}
        order by id desc limit ${limit}`;
      return rows.map(keyOf);
    },

    async find(id) {
      const [row] = await sql<KeyRow[]>`
        select id, name, prefix, scopes, user_id, created_at, last_used_at from api_keys where id = ${id}`;
      return row === undefined ? null : keyOf(row);
    },

    async remove(id) {
      const rows = await sql`delete from api_keys where id = ${id} returning id`;
      return rows.length > 0;
    },

    async findByHash(hash) {
      const [row] = await sql<(KeyRow & { owner_role: Role | null })[]>`
        select k.id, k.name, k.prefix, k.scopes, k.user_id, k.created_at, k.last_used_at, u.role as owner_role
        from api_keys k left join users u on u.id = k.user_id where k.hash = ${hash}`;
      return row === undefined ? null : { ...keyOf(row), ownerRole: row.owner_role };
    },

    async touch(id, atMs) {
      await sql`update api_keys set last_used_at = ${new Date(atMs)} where id = ${id}`;
    },
  };
}
