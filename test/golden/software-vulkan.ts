import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';

/** SwiftShader, a Vulkan device that the processor works for, comes with the browser of the tests. */
const ARCHIVE = fileURLToPath(
  new URL('../bin/swiftshader.tar.br', import.meta.resolve('@sparticuz/chromium')),
);

/** @returns why this machine cannot run it; null where it can */
export function whyNoSoftwareVulkan(): string | null {
  return process.platform === 'linux' && process.arch === 'x64' ? null : 'SwiftShader is for linux on x64';
}

/**
 * Unpacks it into an empty folder.
 * @returns variables of the environment under which a new process finds it, and no other device
 */
export function unpackSoftwareVulkan(folder: string): Readonly<Record<string, string>> {
  const unpacked = spawnSync('tar', ['-x', '-C', folder], {
    input: brotliDecompressSync(readFileSync(ARCHIVE)),
  });
  if (unpacked.status !== 0) throw new Error(`tar: ${unpacked.error ?? unpacked.stderr}`);
  const driver = join(folder, 'vk_swiftshader_icd.json');
  const { ICD, ...rest } = JSON.parse(readFileSync(driver, 'utf8')) as { readonly ICD: object };
  writeFileSync(
    driver,
    JSON.stringify({ ...rest, ICD: { ...ICD, library_path: join(folder, 'libvk_swiftshader.so') } }),
  );
  return { LD_LIBRARY_PATH: folder, VK_ICD_FILENAMES: driver };
}
