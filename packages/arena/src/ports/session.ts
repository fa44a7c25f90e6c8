import type { Role } from '@agon/contract';
import type { EpochMs, UserId } from '@agon/domain';

export type SessionRecord = {
  readonly userId: UserId;
  readonly role: Role;
  readonly anonymous: boolean;
  readonly expiresAtMs: EpochMs;
};

export interface SessionStore {
  /** The session of a token; null where it is unknown or over. */
  findSession(token: string, nowMs: EpochMs): Promise<SessionRecord | null>;
  /** Removes sessions that are over; returns how many. */
  removeExpired(nowMs: EpochMs): Promise<number>;
}

/** A session that has just begun, and what hands it to the browser. */
export type OpenedSession = {
  readonly userId: UserId;
  /** Values of Set-Cookie headers. */
  readonly cookies: readonly string[];
};

/** Begins sessions. Whoever implements it knows passwords; nobody else does. */
export interface Sessions {
  startAnonymous(): Promise<OpenedSession>;
  /** @throws ArenaError already_exists, invalid_request */
  signUp(person: {
    readonly name: string;
    readonly email: string;
    readonly password: string;
  }): Promise<OpenedSession>;
  /** @throws ArenaError not_allowed where e-mail and password do not fit */
  signIn(person: { readonly email: string; readonly password: string }): Promise<OpenedSession>;
}
