/** Compiles messages/ so that types exist before the first build, and checks that the two languages say the same things. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile } from '@inlang/paraglide-js';
import { PARAGLIDE } from '../paraglide.config.ts';

const WEB = fileURLToPath(new URL('../', import.meta.url));
process.chdir(WEB);

function keysOf(locale: string): string[] {
  return readdirSync(`messages/${locale}`).flatMap((file) =>
    Object.keys(JSON.parse(readFileSync(`messages/${locale}/${file}`, 'utf8')) as object).filter(
      (key) => key !== '$schema',
    ),
  );
}

await compile(PARAGLIDE);

const faults: string[] = [];
const [en, zh] = [keysOf('en'), keysOf('zh')];
faults.push(...en.filter((key) => !zh.includes(key)).map((key) => `${key}: no Chinese`));
faults.push(...zh.filter((key) => !en.includes(key)).map((key) => `${key}: no English`));
// a compiler that cannot load its plugin reports success and writes nothing
const written = readFileSync('src/paraglide/messages/_index.js', 'utf8');
faults.push(...en.filter((key) => !written.includes(key)).map((key) => `${key}: not compiled`));
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
