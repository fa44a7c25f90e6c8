import { PATHS } from '@agon/contract';

const CALLED = Object.values(PATHS).map((place) => {
  const [method = '', path = ''] = place.split(' ');
  return { method, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`) };
});
const READ = /^\/(healthz|readyz|metrics|api\/v1\/(openapi\.json|docs(\/errors)?))$/;

/** Methods that a path takes, where it takes any: HEAD wherever there is GET. Empty: there is nothing at it. */
export function allowedMethods(path: string): readonly string[] {
  const methods = new Set(CALLED.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method));
  if (READ.test(path)) methods.add('GET');
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].sort();
}
