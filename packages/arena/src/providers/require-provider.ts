import { ArenaError } from '@agon/domain';
import type { ProviderRecord, ProviderStore } from '../ports/provider-store.ts';

/** @throws ArenaError('not_found') that names those there are */
export async function requireProvider(
  name: string,
  deps: { readonly providers: ProviderStore },
): Promise<ProviderRecord> {
  const found = await deps.providers.named(name);
  if (found !== null) return found;
  throw new ArenaError('not_found', `There is no provider "${name}".`, {
    hint: await nameProviders(deps),
    data: { provider: name },
  });
}

/** More names than this are a list to be looked up. */
const MAX_NAMES = 20;

/** One sentence on which providers there are, for whoever gave none or a wrong one. */
export async function nameProviders(deps: { readonly providers: ProviderStore }): Promise<string> {
  const names = (await deps.providers.list()).map((each) => each.name);
  if (names.length === 0) {
    return 'There is none yet: an administrator adds one, in the workbench or by `agon provider add`.';
  }
  const more = names.length > MAX_NAMES ? ' … (see `agon provider list`)' : '';
  return `Providers: ${names.slice(0, MAX_NAMES).join(', ')}${more}.`;
}
