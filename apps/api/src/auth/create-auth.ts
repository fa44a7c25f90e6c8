import { type Database, schema } from '@agon/database';
import type { UserId } from '@agon/domain';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { betterAuth } from 'better-auth/minimal';
import { anonymous } from 'better-auth/plugins/anonymous';
import { noteFaults } from './note-faults.ts';

/** A voter comes back to a campaign after weeks; the session is renewed while it is used. */
const SESSION_DAYS = 30;
const DAY_S = 24 * 60 * 60;
/** A session with less than this left is renewed when its owner comes back. */
export const RENEW_BELOW_MS = (SESSION_DAYS - 1) * DAY_S * 1000;

export const AUTH_PATH = '/api/auth';
const COOKIE_PREFIX = 'agon';

/** What we do not use is not reachable. */
const DISABLED_PATHS = [
  '/sign-in/social',
  '/link-social',
  '/unlink-account',
  '/account-info',
  '/get-access-token',
  '/refresh-token',
  '/request-password-reset',
  '/reset-password',
  '/send-verification-email',
  '/verify-email',
  '/change-email',
  '/delete-user',
  '/delete-anonymous-user',
  '/update-session',
  '/error',
  '/ok',
];

export type AuthOptions = {
  readonly database: Database;
  /** Signs session cookies; at least 32 characters. */
  readonly secret: string;
  /** Origin that people see; null: plain http on whatever host the request was sent to. */
  readonly publicOrigin: string | null;
  /** An anonymous voter has signed up or in: what was theirs now belongs to the account. */
  readonly onLink: (anonymous: UserId, account: UserId) => Promise<void>;
};

/**
 * Sessions, passwords and sign-up. Roles are ours: the field is readable in a session and never settable by a user.
 * Addresses are not stored. Cookies are `Secure` where the public origin is https.
 */
export function createAuth({ database, secret, publicOrigin, onLink }: AuthOptions) {
  const isSecure = publicOrigin?.startsWith('https://') ?? false;
  const adapter = drizzleAdapter(database.orm, {
    provider: 'pg',
    // an account is made whole or not at all: half of one could neither sign in nor sign up again
    transaction: true,
    schema: {
      user: schema.users,
      session: schema.sessions,
      account: schema.accounts,
      verification: schema.verifications,
    },
  });
  return betterAuth({
    appName: 'Agon',
    // used only for links and defaults: our own origin check stands before every request
    baseURL: publicOrigin ?? 'http://localhost',
    basePath: AUTH_PATH,
    secret,
    database: (options: Parameters<typeof adapter>[0]) => noteFaults(adapter(options)),
    emailAndPassword: { enabled: true, autoSignIn: true, minPasswordLength: 10, maxPasswordLength: 128 },
    user: {
      additionalFields: {
        role: { type: 'string', required: false, defaultValue: 'voter', input: false },
      },
    },
    session: { expiresIn: SESSION_DAYS * DAY_S, updateAge: DAY_S },
    plugins: [
      anonymous({
        generateName: () => 'Anonymous voter',
        onLinkAccount: ({ anonymousUser, newUser }) =>
          onLink(anonymousUser.user.id as UserId, newUser.user.id as UserId),
      }),
    ],
    disabledPaths: DISABLED_PATHS,
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
    // thrown, or they are printed with every value of the statement that failed
    onAPIError: { throw: true },
    advanced: {
      cookiePrefix: COOKIE_PREFIX,
      useSecureCookies: isSecure,
      // decided before it is asked, by checkOrigin, for every method that changes something
      disableOriginCheck: true,
      disableCSRFCheck: true,
      ipAddress: { disableIpTracking: true },
    },
  });
}

export type Auth = ReturnType<typeof createAuth>;

/** Name of the cookie that holds the signed session token. */
export function sessionCookieName(publicOrigin: string | null): string {
  return `${publicOrigin?.startsWith('https://') ? '__Secure-' : ''}${COOKIE_PREFIX}.session_token`;
}
