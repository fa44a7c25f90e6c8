/**
 * `npm run licences`: every package that is installed, with its version and licence, and how many have each. Ends with
 * exit code 1 where one has none, or one that does not go with ours.
 */
import { fileURLToPath } from 'node:url';
import { isAccepted, lockedPackages } from './locked-licences.ts';

const packages = lockedPackages(fileURLToPath(new URL('../../', import.meta.url)));
for (const { name, version, licence, isDevelopment } of packages) {
  process.stdout.write(`${name} ${version}\t${licence ?? 'none'}${isDevelopment ? '\t(development)' : ''}\n`);
}
const counts = [...Map.groupBy(packages, ({ licence }) => licence ?? 'none')].sort(
  ([, one], [, other]) => other.length - one.length,
);
process.stdout.write(`\n${counts.map(([licence, those]) => `${those.length} ${licence}`).join(', ')}\n`);
const refused = packages.filter(({ licence }) => !isAccepted(licence));
for (const { name, licence } of refused) {
  process.stderr.write(`${name}: ${licence ?? 'no licence'} is not among those that go with ours.\n`);
}
process.exitCode = refused.length > 0 ? 1 : 0;
