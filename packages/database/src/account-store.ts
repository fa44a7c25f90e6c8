import type { AccountRecord, AccountStore, SessionStore } from '@agon/arena';
import type { Role } from '@agon/contract';
import type { UserId } from '@agon/domain';
import type { Database } from './connect.ts';

type UserRow = {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly is_anonymous: boolean;
  readonly created_at: Date;
};

function accountOf(row: UserRow): AccountRecord {
  return {
    id: row.id as UserId,
    name: row.name,
    email: row.email,
    role: row.role,
    anonymous: row.is_anonymous,
    createdAtMs: row.created_at.getTime(),
  };
}

/** Held while admins are counted, so that two requests at once can neither remove the last nor make two firsts. */
const ADMIN_LOCK = 727_002;

export function createAccountStore({ sql }: Database): AccountStore & SessionStore {
  return {
    async find(id) {
      const [row] = await sql<UserRow[]>`
        select id, name, email, role, is_anonymous, created_at from users where id = ${id}`;
      return row === undefined ? null : accountOf(row);
    },

    async findByEmail(email) {
      // they are kept in small letters
      const [row] = await sql<UserRow[]>`
        select id, name, email, role, is_anonymous, created_at from users where email = ${email.toLowerCase()}`;
      return row === undefined ? null : accountOf(row);
    },

    async list({ after, limit }) {
      const rows = await sql<UserRow[]>`
        select id, name, email, role, is_anonymous, created_at from users
        where not is_anonymous
          ${after === null ? sql`` : sql`and (created_at, id) > (select created_at, id from users where id = ${after})`}
        order by created_at, id limit ${limit}`;
      return rows.map(accountOf);
    },

    async changeRole(id, role) {
      return sql.begin(async (tx) => {
        await tx`select pg_advisory_xact_lock(${ADMIN_LOCK})`;
        const [admins] = await tx<{ others: number }[]>`
          select count(*)::int as others from users where role = 'admin' and id <> ${id}`;
        const [before] = await tx<{ role: Role }[]>`
          select role from users where id = ${id} and not is_anonymous for update`;
        if (before === undefined) return null;
        if (before.role === 'admin' && role !== 'admin' && admins?.others === 0) return 'last_admin' as const;
        const [row] = await tx<UserRow[]>`
          update users set role = ${role}, updated_at = now() where id = ${id}
          returning id, name, email, role, is_anonymous, created_at`;
        return row === undefined ? null : accountOf(row);
      });
    },

    async hasAdmin() {
      const rows = await sql`select 1 from users where role = 'admin' limit 1`;
      return rows.length > 0;
    },

    async linkRater(anonymous, account) {
      await sql`update raters set user_id = ${account} where user_id = ${anonymous}
        and not exists (select 1 from raters where user_id = ${account})`;
    },

    async offerSetup(tokenHash, atMs) {
      await sql`insert into setup_tokens (hash, created_at) values (${tokenHash}, ${new Date(atMs)})
        on conflict do nothing`;
    },

    async isSetupOffered(tokenHash) {
      const rows = await sql`
        select 1 from setup_tokens where hash = ${tokenHash} and used_at is null
          and not exists (select 1 from users where role = 'admin')`;
      return rows.length > 0;
    },

    async claimSetup(tokenHash, user, atMs) {
      return sql.begin(async (tx) => {
        await tx`select pg_advisory_xact_lock(${ADMIN_LOCK})`;
        const used = await tx`
          update setup_tokens set used_at = ${new Date(atMs)} where hash = ${tokenHash} and used_at is null
            and not exists (select 1 from users where role = 'admin')
            and exists (select 1 from users where id = ${user}) returning hash`;
        if (used.length === 0) return false;
        await tx`update users set role = 'admin', updated_at = now() where id = ${user}`;
        return true;
      });
    },

    async removeExpired(nowMs) {
      const { count } = await sql`delete from sessions where expires_at <= ${new Date(nowMs)}`;
      return count;
    },

    async findSession(token, nowMs) {
      const [row] = await sql<{ user_id: string; role: Role; is_anonymous: boolean; expires_at: Date }[]>`
        select s.user_id, u.role, u.is_anonymous, s.expires_at
        from sessions s join users u on u.id = s.user_id
        where s.token = ${token} and s.expires_at > ${new Date(nowMs)}`;
      if (row === undefined) return null;
      return {
        userId: row.user_id as UserId,
        role: row.role,
        anonymous: row.is_anonymous,
        expiresAtMs: row.expires_at.getTime(),
      };
    },
  };
}
