/** What a log may say of a failure. Nothing of it is a value that somebody sent. */
export type FaultDescription = {
  readonly name: string;
  readonly message: string;
  /** SQLSTATE, or the code of the driver or of Node.js. */
  readonly code?: string;
  /** Where it was thrown; no message among it. */
  readonly stack?: readonly string[];
  readonly cause?: FaultDescription;
};

const MAX_CAUSES = 8;
const LONGEST_MESSAGE = 1000;
const MAX_FRAMES = 20;
/** SQLSTATE classes whose messages quote a value: data exceptions, and syntax of what was given. */
const QUOTES_VALUES = /^(22|23|42)/;

/**
 * A failure as a log may tell it: of a statement its text and never its parameters, of a message that quotes what was
 * sent not the quote, of a stack its places alone.
 */
export function describeFault(fault: unknown, depth = 0): FaultDescription {
  if (typeof fault !== 'object' || fault === null) {
    return { name: typeof fault, message: `${typeof fault === 'string' ? 'a text' : 'a value'} was thrown` };
  }
  const { name, message, code, stack, cause } = fault as Partial<Record<string, unknown>>;
  const known = typeof code === 'string' ? code : undefined;
  const frames = typeof stack === 'string' ? framesOf(stack) : [];
  return {
    name: typeof name === 'string' ? name : 'object',
    message:
      typeof message === 'string'
        ? withoutValues(message, name, known)
        : 'something that is no error was thrown',
    ...(known === undefined ? {} : { code: known }),
    ...(frames.length === 0 ? {} : { stack: frames }),
    ...(cause === undefined || cause === null || depth >= MAX_CAUSES
      ? {}
      : { cause: describeFault(cause, depth + 1) }),
  };
}

function withoutValues(message: string, name: unknown, code: string | undefined): string {
  // the query builder appends them to the statement
  const [statement = ''] = message.split(/\n?params: /, 1);
  const quotes = name === 'SyntaxError' || (code !== undefined && QUOTES_VALUES.test(code));
  const plain = quotes ? statement.replace(/"[^"]*("|$)|'[^']*('|$)/g, '"…"') : statement;
  return plain.slice(0, LONGEST_MESSAGE);
}

function framesOf(stack: string): string[] {
  return stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^at /.test(line))
    .slice(0, MAX_FRAMES);
}
