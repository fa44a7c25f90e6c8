import { describe, expect, it } from 'vitest';
import { allowedMethods } from './allowed-methods.ts';

describe('allowedMethods', () => {
  it.each([
    ['/api/v1/campaigns', ['GET', 'HEAD', 'POST']],
    ['/api/v1/campaigns/x', ['GET', 'HEAD', 'PATCH']],
    ['/api/v1/campaigns/x/raters/y/quarantine', ['DELETE', 'POST']],
    ['/healthz', ['GET', 'HEAD']],
    ['/api/v1/campaigns/', []],
    ['/api/v1/nothing', []],
  ])('%s takes %j', (path, methods) => {
    expect(allowedMethods(path)).toEqual(methods);
  });
});
