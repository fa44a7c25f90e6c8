import { ArenaError } from '@agon/domain';

/**
 * The fields of a query, each given once: of two values neither is better than the other.
 * @throws ArenaError('invalid_request') for a field that is given again
 */
export function readQuery(given: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  const fields = Object.entries(given).map(([name, values]): [string, string] => {
    if (values.length > 1) {
      throw new ArenaError('invalid_request', `${name} is given ${values.length} times.`, {
        hint: 'Give each field of the query once.',
        at: { column: name, value: values.join(', ').slice(0, 200) },
      });
    }
    return [name, values[0] ?? ''];
  });
  return Object.fromEntries(fields);
}
