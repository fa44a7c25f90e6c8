/** `npm run prepare -w apps/cli`: writes the bundle that `src/load-bundle.ts` reads to `build`. */
import { fileURLToPath } from 'node:url';
import { writeBundle } from './bundle.ts';

await writeBundle(fileURLToPath(new URL('../build/', import.meta.url)));
