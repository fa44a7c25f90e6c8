type Environment = Readonly<Record<string, string | undefined>>;

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/;

/**
 * What administrators may add as providers beyond public addresses, as AGON_PROVIDER_HOSTS. An explicit setting wins,
 * the empty one too. By default an arena that only this machine reaches may ask the servers of this machine.
 */
export function providerHosts(environment: Environment, host: string): string {
  const isLocal = LOOPBACK.test(host) && !environment.AGON_PUBLIC_URL;
  return environment.AGON_PROVIDER_HOSTS ?? (isLocal ? 'loopback' : '');
}
