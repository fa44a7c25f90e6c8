import { ArenaError } from '@agon/domain';
import { type Command, CommanderError } from 'commander';

/**
 * Parses the arguments and runs the command's action.
 * @returns the exit code that the action set: 0 done, 1 done with losses, 2 refused
 * @throws ArenaError('unknown_option') for arguments that do not fit
 */
export async function runCommand(command: Command, args: readonly string[]): Promise<number> {
  let complaint = '';
  const prepare = (each: Command): void => {
    each.exitOverride();
    each.configureOutput({
      writeErr: (text) => {
        complaint += text;
      },
    });
    each.commands.forEach(prepare);
  };
  prepare(command);
  try {
    await command.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    throw new ArenaError('unknown_option', complaint.replace(/^error: /, '').trim() || error.message, {
      hint: `See \`agon ${command.name()} --help\`.`,
    });
  }
  return typeof process.exitCode === 'number' ? process.exitCode : 0;
}
