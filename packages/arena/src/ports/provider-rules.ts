/** Who names an address or a key: the owner of the data folder, or an administrator of the arena. */
export type ProviderAuthority = 'owner' | 'administrator';

/** What the machine's environment allows providers to be. */
export interface ProviderRules {
  /**
   * @returns the address as it is stored, without a slash at its end, and whether this authority allowed a private one
   * @throws ArenaError('invalid_request') where it is no http(s) URL that is written plainly
   * @throws ArenaError('provider_forbidden') where it must not be asked
   */
  checkAddress(
    baseUrl: string,
    by: ProviderAuthority,
  ): { readonly baseUrl: string; readonly allowsPrivate: boolean };
  /** @throws ArenaError('provider_forbidden') where the variable must not leave the machine as a key */
  checkKeyName(name: string, by: ProviderAuthority): void;
}
