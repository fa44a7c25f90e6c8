import {
  changeMember,
  claimSetup,
  createKey,
  deleteKey,
  getMe,
  listKeys,
  listMembers,
  PUBLIC_ACTOR,
} from '@agon/arena';
import type { RouteDeps } from './route-deps.ts';

export function accountRoutes({ serve, ports, guard, renewSession, forgetSessions }: RouteDeps): void {
  serve('getMe', async ({ actor, request, setCookies }) => {
    setCookies(await renewSession(request.headers));
    return getMe({ actor }, ports);
  });

  serve('claimSetup', async ({ body, address, setCookies }) => {
    guard('signIns', PUBLIC_ACTOR, address);
    const { me, session } = await claimSetup(body, ports);
    setCookies(session.cookies);
    return me;
  });

  serve('listMembers', ({ actor, query }) => listMembers({ actor, ...query }, ports));

  serve('changeMember', async ({ actor, params, body }) => {
    const member = await changeMember({ actor, user: params.user, role: body.role }, ports);
    forgetSessions();
    return member;
  });

  serve('listKeys', ({ actor, query }) => listKeys({ actor, ...query }, ports));
  serve('createKey', ({ actor, body }) => createKey({ actor, ...body }, ports));
  serve('deleteKey', ({ actor, params }) => deleteKey({ actor, key: params.key }, ports));
}
