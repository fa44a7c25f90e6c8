import { contentHash, type Outcome } from '@agon/domain';
import type { Format } from '../format.ts';
import { RowFault, type RowReader } from '../row-reader.ts';
import type { RowSink } from '../row-sink.ts';
import { metadataStyle, textStyle } from './read-style.ts';

const WINNERS: Readonly<Record<string, Outcome>> = {
  model_a: 'a',
  model_b: 'b',
  tie: 'tie',
  'tie (bothbad)': 'both_bad',
  both_bad: 'both_bad',
  bothbad: 'both_bad',
};

const VOTE_TYPES: Readonly<Record<string, Outcome>> = {
  leftvote: 'a',
  rightvote: 'b',
  tievote: 'tie',
  bothbad_vote: 'both_bad',
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

/** `clean_battle_*.json`, and the 33k and 140k data sets: model_a, model_b, winner, and conversations where kept. */
export const fastchatBattles: Format = {
  id: 'fastchat-battles',
  title: 'FastChat battles (clean_battle, 33k, 140k)',
  matches: ({ columns }) =>
    ['model_a', 'model_b', 'winner'].every((column) => columns.has(column)) &&
    (columns.has('conversation_a') ||
      columns.has('tstamp') ||
      columns.has('anony') ||
      columns.has('evaluation_session_id')),
  plan: {
    winners: WINNERS,
    sources: null,
    raters: ['judge', 'evaluation_session_id'],
    prompts: [],
    texts: ['question_id', 'id'],
    category: false,
    weighted: false,
    times: ['tstamp'],
    asNumber: true,
    not: ['conversation_a', 'conversation_b'],
  },
  read(row, sink) {
    const outcome = row.label('winner', WINNERS);
    const [modelA, modelB] = [row.text('model_a'), row.text('model_b')];
    const id =
      row.optionalText('question_id') ?? row.optionalText('id') ?? row.optionalText('evaluation_session_id');
    const judge = row.optionalText('judge') ?? row.optionalText('evaluation_session_id');
    const language = row.optionalText('language');
    const turnsA = conversation(row, 'conversation_a');
    const turnsB = conversation(row, 'conversation_b');
    const promptKey =
      turnsA === null ? undefined : `fastchat-${contentHash(JSON.stringify(turnsA.asked)).slice(0, 16)}`;
    if (promptKey !== undefined && turnsA !== null) {
      sink.prompt(row, {
        key: promptKey,
        turns: turnsA.asked,
        ...(language === undefined ? {} : { language }),
      });
      sink.answer(row, { promptKey, model: modelA, turns: turnsA.answered });
      if (turnsB !== null) sink.answer(row, { promptKey, model: modelB, turns: turnsB.answered });
    }
    const seconds = row.optionalNumber('tstamp');
    sink.comparison(row, {
      modelA,
      modelB,
      outcome,
      source: 'people',
      ...(id === undefined ? {} : { key: `${id}/${judge ?? ''}` }),
      ...(judge === undefined ? {} : { rater: judge }),
      ...(promptKey === undefined ? {} : { promptKey }),
      ...(language === undefined ? {} : { language }),
      ...(seconds === undefined ? {} : { atMs: Math.round(seconds * 1000) }),
      ...(sink.wantsStyle === true ? styleOf(row, turnsA, turnsB) : {}),
    });
  },
};

/** From `conv_metadata` where the file has it: it counts tokens. */
function styleOf(row: RowReader, a: Conversation | null, b: Conversation | null) {
  const counted = metadataStyle(row);
  if (counted !== null) return { style: counted };
  return a === null || b === null ? {} : { style: textStyle(a.answered, b.answered) };
}

type Conversation = { readonly asked: string[]; readonly answered: string[] };

function conversation(row: RowReader, column: string): Conversation | null {
  if (!row.has(column)) return null;
  const asked: string[] = [];
  const answered: string[] = [];
  for (const message of row.list(column)) {
    const { role, content } = (message ?? {}) as { role?: unknown; content?: unknown };
    const text = textOf(content);
    if (role === 'user') asked.push(text);
    else if (role === 'assistant') answered.push(text);
    else if (role !== 'system') throw new RowFault('a message with an unknown role', column, role);
  }
  return asked.length === 0 ? null : { asked, answered };
}

/** A text, or the 140k set's list of parts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw new RowFault('a message without text', 'content', content);
  return content
    .map((part) => (part as { text?: unknown } | null)?.text)
    .filter((text) => typeof text === 'string')
    .join('\n');
}

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
  matches: ({ columns, first }) =>
    columns.has('tstamp') &&
    columns.has('type') &&
    (columns.has('states') || columns.has('state')) &&
    typeof first.type === 'string',
  read(row, sink) {
    const type = row.text('type');
    if (OTHER_TYPES.includes(type)) return;
    const outcome = row.label('type', VOTE_TYPES);
    const states = row.list('states') as readonly (LoggedState | null)[];
    const [a, b] = states;
    if (states.length !== 2 || !a || !b)
      throw new RowFault('a vote needs two states', 'states', states.length);
    readVote(row, sink, outcome, a, b);
  },
};

function readVote(row: RowReader, sink: RowSink, outcome: Outcome, a: LoggedState, b: LoggedState): void {
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
  if (!blind) throw new RowFault('not a blind vote: the models were shown', 'models', names.join(', '));
  const [modelA, modelB] = [nameOf(a, names[0]), nameOf(b, names[1])];
  const id = typeof a.conv_id === 'string' ? a.conv_id : undefined;
  const turns = turnsOf(a);
  const promptKey =
    turns === null ? undefined : `fastchat-${contentHash(JSON.stringify(turns.asked)).slice(0, 16)}`;
  if (turns !== null && promptKey !== undefined) {
    sink.prompt(row, { key: promptKey, turns: turns.asked });
    sink.answer(row, { promptKey, model: modelA, turns: turns.answered });
    const other = turnsOf(b);
    if (other !== null) sink.answer(row, { promptKey, model: modelB, turns: other.answered });
  }
  const rater = row.optionalText('ip');
  sink.comparison(row, {
    modelA,
    modelB,
    outcome,
    source: 'people',
    ...(id === undefined ? {} : { key: id }),
    ...(rater === undefined ? {} : { rater }),
    ...(promptKey === undefined ? {} : { promptKey }),
    atMs: Math.round(row.number('tstamp') * 1000),
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
  return asked.length === 0 || asked[0] === '' ? null : { asked, answered };
}

/** Kaggle's 55k set: one column a label, prompts and responses as JSON lists. */
export const kaggle55k: Format = {
  id: 'kaggle-55k',
  title: 'LMSYS 55k (Kaggle)',
  matches: ({ columns }) =>
    ['winner_model_a', 'winner_model_b', 'winner_tie', 'response_a', 'response_b'].every((column) =>
      columns.has(column),
    ),
  read(row, sink) {
    const flags = (['winner_model_a', 'winner_model_b', 'winner_tie'] as const).map((column) =>
      row.wholeNumber(column, 0),
    );
    if (flags.some((flag) => flag > 1) || flags[0]! + flags[1]! + flags[2]! !== 1) {
      throw new RowFault(
        'exactly one of winner_model_a, winner_model_b, winner_tie must be 1',
        'winner_model_a',
        flags.join(','),
      );
    }
    const outcome: Outcome = flags[0] === 1 ? 'a' : flags[1] === 1 ? 'b' : 'tie';
    const [modelA, modelB] = [row.text('model_a'), row.text('model_b')];
    const asked = row.texts('prompt');
    const promptKey = `kaggle-${contentHash(JSON.stringify(asked)).slice(0, 16)}`;
    sink.prompt(row, { key: promptKey, turns: asked });
    sink.answer(row, { promptKey, model: modelA, turns: row.texts('response_a') });
    sink.answer(row, { promptKey, model: modelB, turns: row.texts('response_b') });
    sink.comparison(row, { modelA, modelB, outcome, source: 'people', key: row.text('id'), promptKey });
  },
};
