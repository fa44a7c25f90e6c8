/** `npm run kernels`: compiles the AssemblyScript kernels and writes their bytes beside the code that calls them. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Source and the module that holds its bytes, from the root. */
export const KERNELS = [
  ['packages/stats/assembly/linear-algebra.ts', 'packages/stats/src/kernels/linear-algebra-bytes.ts'],
  ['packages/rating/assembly/comparisons.ts', 'packages/rating/src/kernels/comparisons-bytes.ts'],
  ['packages/rating/assembly/contextual.ts', 'packages/rating/src/kernels/contextual-bytes.ts'],
  ['packages/rating/assembly/style.ts', 'packages/rating/src/kernels/style-bytes.ts'],
  ['packages/rating/assembly/bootstrap.ts', 'packages/rating/src/kernels/bootstrap-bytes.ts'],
  ['packages/rating/assembly/cells.ts', 'packages/rating/src/kernels/cells-bytes.ts'],
  ['packages/rating/assembly/clusters.ts', 'packages/rating/src/kernels/clusters-bytes.ts'],
] as const;

/** The module with the compiled bytes, as text. */
export function compileKernel(source: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'agon-kernel-'));
  try {
    const out = join(folder, 'kernel.wasm');
    const compiler = join(ROOT, 'node_modules/assemblyscript/bin/asc.js');
    const options = ['-O3', '--runtime', 'stub', '--noAssert', '--enable', 'simd', '--initialMemory', '1'];
    execFileSync(process.execPath, [compiler, source, '-o', out, ...options], { cwd: ROOT });
    const lines =
      readFileSync(out)
        .toString('base64')
        .match(/.{1,100}/g) ?? [];
    return [
      `// Generated from ${source} by \`npm run kernels\`; a test compares the two.`,
      'export const BYTES = [',
      ...lines.map((line) => `  '${line}',`),
      "].join('');",
      '',
    ].join('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) {
  for (const [source, target] of KERNELS) writeFileSync(join(ROOT, target), compileKernel(source));
}
