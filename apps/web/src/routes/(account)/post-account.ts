import type { Problem } from '@agon/contract';
import { ArenaError, ERROR_CODES } from '@agon/domain';

/**
 * One of the e-mail calls of the sign-in library, which are no part of our contract; its refusals come as our problems.
 * @throws ArenaError
 */
export async function postAccount(
  path: 'sign-in/email' | 'sign-up/email',
  body: Readonly<Record<string, string>>,
): Promise<void> {
  const response = await fetch(`/api/auth/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
  }).catch((cause: unknown) => {
    throw new ArenaError('provider_unreachable', 'No answer from the server.', { cause });
  });
  if (response.ok) return;
  const problem = (await response.json().catch(() => null)) as Problem | null;
  const code = problem !== null && problem.code in ERROR_CODES ? problem.code : 'invalid_request';
  throw new ArenaError(code, problem?.detail ?? `The server answered ${response.status}.`, {
    hint: problem?.hint ?? undefined,
  });
}
