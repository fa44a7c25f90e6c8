import type { FileInspection } from '@agon/contract';
import { isArenaError } from '@agon/domain';
import { detectFormat } from '@agon/formats';
import { type Actor, requireRole } from '../actor.ts';
import { firstTable } from './preview-import.ts';

/** What a file is, by its first rows. A file that no format fits is no fault here: its columns can be mapped. */
export async function inspectFile(command: {
  readonly actor: Actor;
  readonly name: string;
  readonly text: string;
}): Promise<FileInspection> {
  requireRole(command.actor, 'researcher');
  const file = { name: command.name, text: command.text };
  return { format: recognised(file), ...firstTable(file.text) };
}

function recognised(file: { readonly name: string; readonly text: string }): string | null {
  try {
    return detectFormat(file);
  } catch (error) {
    if (isArenaError(error)) return null;
    throw error;
  }
}
