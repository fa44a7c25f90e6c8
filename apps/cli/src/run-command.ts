import { ArenaError } from '@agon/domain';
import { type Command, CommanderError } from 'commander';
import { collect } from './parse-options.ts';
import { note } from './print.ts';

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
    warnOfRepeats(each);
    each.commands.forEach(prepare);
  };
  prepare(command);
  try {
    await command.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    const [message = '', ...more] = complaint
      .replace(/^error: /, '')
      .trim()
      .split('\n');
    // commander's own guess: "(Did you mean --method?)"
    const guess = more.map((line) => `${line.replace(/^\(|\)$/g, '')} `).join('');
    throw new ArenaError('unknown_option', message || error.message, {
      hint: `${guess}See \`agon ${command.name()} --help\`.`,
    });
  }
  return typeof process.exitCode === 'number' ? process.exitCode : 0;
}

/** An option that takes one value, and is given two, takes the last: said, since it may be thought to take both. */
function warnOfRepeats(command: Command): void {
  for (const option of command.options) {
    if (!option.required || option.variadic || option.parseArg === collect) continue;
    let times = 0;
    command.on(`option:${option.name()}`, () => {
      times += 1;
      if (times === 2) note(`${option.long} is given more than once: the last one counts.`);
    });
  }
}
