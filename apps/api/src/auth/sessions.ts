import type { OpenedSession, Sessions } from '@agon/arena';
import { ArenaError, type UserId } from '@agon/domain';
import { isAPIError } from 'better-auth/api';
import type { Auth } from './create-auth.ts';
import { withDatabaseFaults } from './note-faults.ts';

/** Begins sessions through better-auth, without a request of its own. */
export function createSessions(auth: Auth): Sessions {
  return {
    async startAnonymous() {
      const { headers, response } = await withDatabaseFaults(() =>
        auth.api.signInAnonymous({ headers: new Headers(), returnHeaders: true }),
      );
      return opened(response.user.id, headers);
    },

    async signUp(person) {
      try {
        // of two at once with one address the later fails to insert; asked again, better-auth says why
        return await signUp(auth, person).catch((error: unknown) => {
          if (isAPIError(error) && error.body?.code === 'FAILED_TO_CREATE_USER') return signUp(auth, person);
          throw error;
        });
      } catch (error) {
        throw translate(error);
      }
    },

    async signIn({ email, password }) {
      try {
        const { headers, response } = await withDatabaseFaults(() =>
          auth.api.signInEmail({ body: { email, password }, returnHeaders: true }),
        );
        return opened(response.user.id, headers);
      } catch (error) {
        throw translate(error);
      }
    },
  };
}

async function signUp(
  auth: Auth,
  { name, email, password }: Parameters<Sessions['signUp']>[0],
): Promise<OpenedSession> {
  const { headers, response } = await withDatabaseFaults(() =>
    auth.api.signUpEmail({ body: { name, email, password }, returnHeaders: true }),
  );
  return opened(response.user.id, headers);
}

function opened(userId: string, headers: Headers): OpenedSession {
  return { userId: userId as UserId, cookies: headers.getSetCookie() };
}

function translate(error: unknown): unknown {
  if (!isAPIError(error)) return error;
  return authError(error.statusCode, (error.body ?? {}) as AuthErrorBody);
}

export type AuthErrorBody = { readonly code?: string; readonly message?: string };

/** What better-auth refused, in our codes. */
export function authError(status: number, body: AuthErrorBody): ArenaError {
  const message = body.message ?? 'The request was refused.';
  if (body.code?.startsWith('USER_ALREADY_EXISTS')) {
    return new ArenaError('already_exists', 'There is an account with this e-mail address.', {
      hint: 'Sign in with it.',
      at: { column: 'email' },
    });
  }
  if (body.code === 'INVALID_EMAIL_OR_PASSWORD') {
    return new ArenaError('not_allowed', 'E-mail address and password do not fit.', {
      hint: 'Check both and try again.',
    });
  }
  if (status === 401) return new ArenaError('not_signed_in', message, { hint: 'Sign in first.' });
  if (status === 403) return new ArenaError('not_allowed', message);
  if (status === 404) return new ArenaError('not_found', message);
  if (status >= 500) return new ArenaError('internal', message);
  return new ArenaError('invalid_request', message);
}
