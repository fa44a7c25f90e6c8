import { contentHash } from '@agon/domain';
import type { Format } from '../format.ts';
import type { LabelMeaning } from '../labels/label-meaning.ts';
import { RowFault, type RowReader } from '../row-reader.ts';
import type { RowSink } from '../row-sink.ts';
import { readTime } from './common-fields.ts';
import { decided } from './comparison-table.ts';
import type { Conversation } from './conversation.ts';
import { textStyle } from './read-style.ts';
import { wantsPromptKey } from './shown-texts.ts';

const VOTE_TYPES: Readonly<Record<string, LabelMeaning>> = {
  leftvote: { outcome: 'a', strength: 1 },
  rightvote: { outcome: 'b', strength: 1 },
  tievote: { outcome: 'tie', strength: 1 },
  bothbad_vote: { outcome: 'both_bad', strength: 1 },
};
/** Lines of a log that say something else than a vote. */
const OTHER_TYPES = [
  'chat',
  'share',
  'flag',
  'upvote',
  'downvote',
  'clear_history',
  'regenerate',
  'load_demo',
  'stop',
];

type LoggedState = {
  readonly conv_id?: unknown;
  readonly model_name?: unknown;
  readonly messages?: unknown;
  readonly offset?: unknown;
};

/** The raw log, one event a line: votes are taken, other events are counted as read and carry nothing. */
export const fastchatLog: Format = {
  id: 'fastchat-log',
  title: 'FastChat conversation log',
  requires: [
    ['tstamp', 'type', 'states'],
    ['tstamp', 'type', 'state'],
  ],
  fits: ({ rows }) => typeof rows[0]?.type === 'string',
  columns: new Set(['tstamp', 'type', 'states', 'state', 'models', 'ip']),
  read(row, sink) {
    const type = row.text('type');
    if (OTHER_TYPES.includes(type)) {
      sink.passOver(row, type);
      return;
    }
    const meaning = decided(row.outcome('type', null, VOTE_TYPES));
    const states = row.list('states') as readonly (LoggedState | null)[];
    const [a, b] = states;
    if (states.length !== 2 || !a || !b)
      throw new RowFault('a vote needs two states', 'states', states.length);
    readVote(row, sink, meaning, a, b);
  },
};

function readVote(
  row: RowReader,
  sink: RowSink,
  { outcome, strength }: Exclude<LabelMeaning, 'skip'>,
  a: LoggedState,
  b: LoggedState,
): void {
  const names = row.list('models').map(String);
  const nameOf = (state: LoggedState, given: string | undefined) => {
    const name =
      typeof state.model_name === 'string' && state.model_name !== '' ? state.model_name : (given ?? '');
    const plain = name
      .replace(/<[^>]*>/g, '')
      .replace(/^#+\s*Model:\s*/i, '')
      .trim();
    if (plain === '') throw new RowFault('a vote without a model name', 'states');
    return plain;
  };
  // names that were shown beside the answers make it no blind vote
  const blind = names[0] === undefined || names[0] === '' || names[0] === 'Model A';
  const [modelA, modelB] = [nameOf(a, names[0]), nameOf(b, names[1])];
  const id = typeof a.conv_id === 'string' ? a.conv_id : undefined;
  const wantsStyle = sink.wantsStyle === true;
  const [shownA, shownB] = wantsPromptKey(sink) || wantsStyle ? [turnsOf(a), turnsOf(b)] : [null, null];
  const promptKey =
    shownA === null ? undefined : `fastchat-${contentHash(JSON.stringify(shownA.asked)).slice(0, 16)}`;
  if (sink.wantsTexts && shownA !== null && promptKey !== undefined)
    sink.prompt(row, { key: promptKey, turns: shownA.asked });
  const rater = row.optionalText('ip');
  const atMs = readTime(row);
  sink.comparison(row, {
    modelA,
    modelB,
    outcome,
    source: 'people',
    ...(strength === 1 ? {} : { weight: strength }),
    ...(id === undefined ? {} : { key: id }),
    ...(rater === undefined ? {} : { rater }),
    ...(promptKey === undefined ? {} : { promptKey }),
    ...(atMs === undefined ? {} : { atMs }),
    ...(blind ? {} : { unblinded: true }),
    ...(wantsStyle && shownA !== null && shownB !== null
      ? { style: textStyle(shownA.answered, shownB.answered) }
      : {}),
    ...(sink.wantsTexts && shownA !== null
      ? { shown: { a: shownA.answered, b: shownB?.answered ?? null } }
      : {}),
  });
}

function turnsOf(state: LoggedState): Conversation | null {
  if (!Array.isArray(state.messages)) return null;
  const from = typeof state.offset === 'number' ? state.offset : 0;
  const texts = (state.messages.slice(from) as unknown[]).map((message) =>
    Array.isArray(message) && typeof message[1] === 'string' ? message[1] : '',
  );
  const asked = texts.filter((_, i) => i % 2 === 0);
  const answered = texts.filter((_, i) => i % 2 === 1);
  return asked.every((text) => text.trim() === '') ? null : { asked, answered };
}
