import { isMap, LineCounter, parseDocument, type YAMLMap } from 'yaml';
import {
  COMBINE_RULES,
  JUDGE_INPUTS,
  JUDGE_MODES,
  JUDGE_PROBES,
  type Judge,
  type JudgeInput,
  type JudgeMode,
  ORDER_RUNS,
  REPLY_FORMS,
  REWARD_FORMS,
  readsTokens,
  type VerdictSpec,
} from './judge.ts';
import { type Fault, Fields } from './yaml-fields.ts';

const PARSERS = ['tag', 'label_token', 'json', 'score', 'ranking', 'grounded', 'reward'] as const;

/** A judge without its template. */
export type Front = Omit<Judge, 'languages' | 'source' | 'templateHash' | 'parserHash' | 'identity'>;

const FRONT_KEYS = [
  'schema',
  'id',
  'title',
  'measures',
  'notes',
  'mode',
  'labels',
  'needs',
  'uses',
  'order',
  'settings',
  'verdict',
  'reask',
  'probes',
];

export function readFront(head: string, fault: Fault): Front | null {
  const lines = new LineCounter();
  const document = parseDocument(head, { lineCounter: lines });
  const placeAt = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: line + 1, column: col };
  };
  for (const error of document.errors) {
    const [line = error.message] = error.message.split('\n');
    fault({ ...placeAt(error.pos[0]), message: line.replace(/ at line \d+, column \d+:?$/, '') });
  }
  if (document.errors.length > 0) return null;
  if (!isMap(document.contents)) {
    fault({
      line: 2,
      message: 'the front matter has no fields',
      hint: 'Write one field a line, as in "id: my-judge".',
    });
    return null;
  }
  const before = faultCounter(fault);
  const fields = new Fields(document.contents as YAMLMap, FRONT_KEYS, '', placeAt, before.fault, {
    line: 2,
    column: 1,
  });
  fields.literal('schema', 'judge-template/1');
  const id = fields.text('id');
  if (id !== '' && !/^[a-z0-9][a-z0-9-]{0,63}$/.test(id))
    fields.say('id', '"id" has small letters, digits and hyphens, at most 64');
  const title = fields.text('title');
  const measures = fields.text('measures');
  fields.text('notes', '');
  const mode = fields.oneOf('mode', JUDGE_MODES);
  const needs = fields.list('needs', JUDGE_INPUTS, []);
  const uses = fields.list('uses', JUDGE_INPUTS, []);
  const settings = fields.map('settings', [
    'temperature',
    'max_tokens',
    'top_logprobs',
    'seed',
    'reply_form',
    'prefill',
  ]);
  const order = fields.map('order', ['runs', 'combine']);
  const verdict = readVerdict(fields, mode ?? 'pairwise');
  const reward = verdict?.parser === 'reward' ? verdict.form : null;
  if (reward !== null && fields.has('settings'))
    fields.say('settings', 'a reward model takes no settings', 'Leave out "settings".');
  const reask = fields.number('reask', 0, 1, 0, true);
  const probes = fields.list(
    'probes',
    JUDGE_PROBES,
    reward === 'pointwise'
      ? ['null_model']
      : reward === 'pairwise'
        ? ['identical', 'null_model']
        : mode === 'pairwise'
          ? [...JUDGE_PROBES]
          : ['null_model', 'planted_verdict'],
  );
  if (reward !== null && probes.includes('planted_verdict'))
    fields.say('probes', 'a reward model reads no verdict that could be planted', 'Leave it out.');
  const byProbability = verdict !== null && readsTokens(verdict);
  const replyForm = settings?.has('reply_form') ? settings.oneOf('reply_form', REPLY_FORMS) : undefined;
  const readsJson = verdict !== null && JSON_PARSERS.includes(verdict.parser);
  if (replyForm !== undefined && verdict !== null && !readsJson && verdict.parser !== 'label_token')
    settings?.say(
      'reply_form',
      `the parser ${verdict.parser} reads no JSON`,
      `Use it with the parsers ${[...JSON_PARSERS, 'label_token'].join(', ')}.`,
    );
  if (replyForm === 'tool' && verdict?.parser === 'label_token')
    settings?.say(
      'reply_form',
      'a call of a tool has no probabilities',
      'Use json_schema with the parser label_token.',
    );
  const labelInJson = verdict?.parser === 'label_token' && replyForm === 'json_schema';
  const longest = labelInJson ? LABEL_OBJECT_TOKENS : byProbability || reward !== null ? 1 : 512;
  const prefill = readPrefill(settings, byProbability);
  const parsedSettings = {
    ...(replyForm === undefined ? {} : { replyForm }),
    ...(prefill === undefined ? {} : { prefill }),
    temperature: settings?.number('temperature', 0, 2, 0) ?? 0,
    maxTokens: settings?.number('max_tokens', 1, 1_000_000, longest, true) ?? longest,
    topLogprobs:
      settings?.number('top_logprobs', 0, 20, byProbability ? 20 : 0, true) ?? (byProbability ? 20 : 0),
    seed: settings?.has('seed') ? settings.number('seed', 0, 2 ** 31 - 1, 0, true) : null,
  };
  const usualRuns = reward === 'pointwise' ? 'one' : defaultRuns(mode);
  const runs = order?.oneOf('runs', ORDER_RUNS, usualRuns) ?? usualRuns;
  if (reward === 'pointwise' && runs !== 'one')
    order?.say('runs', 'answers that are read one at a time have no order', 'Leave out "order".');
  const combine =
    order?.oneOf('combine', COMBINE_RULES, byProbability ? 'logit_mean' : 'agree_else_tie') ??
    (byProbability ? 'logit_mean' : 'agree_else_tie');
  if (combine === 'logit_mean' && !byProbability)
    order?.say('combine', '"logit_mean" needs probabilities', 'Use it with the parser label_token.');
  if (mode !== undefined && runs === 'cyclic' && mode !== 'listwise')
    order?.say('runs', '"cyclic" is for listwise judges');
  if (before.count() > 0 || mode === undefined || verdict === null) return null;
  return {
    id,
    title,
    measures,
    mode,
    labels: labelsOf(verdict),
    needs: withImplied(mode, needs),
    uses,
    order: { runs, combine },
    settings: parsedSettings,
    verdict,
    reask: reask === 1 ? 1 : 0,
    probes,
  };
}

/** Parsers of replies that are JSON and nothing else. */
const JSON_PARSERS: readonly string[] = ['json', 'ranking', 'grounded'];
/** Characters of a begun reply at most. */
const LONGEST_PREFILL = 2000;

/** What `{"choice": "A"}` takes, however a server spaces it. */
const LABEL_OBJECT_TOKENS = 24;

function readPrefill(settings: Fields | null, byProbability: boolean): Judge['settings']['prefill'] {
  if (settings === null || !settings.has('prefill')) return undefined;
  const say = (message: string, hint: string) => settings.say('prefill', message, hint);
  if (!settings.isMap('prefill')) {
    const prefill = settings.text('prefill');
    checkPrefill(prefill, say);
    return prefill;
  }
  if (!byProbability)
    say('a begun reply by language needs probabilities', 'Write one text, or use the parser label_token.');
  const languages = settings.map('prefill', ['en', 'zh']);
  return Object.fromEntries(
    (['en', 'zh'] as const).flatMap((language) => {
      if (languages === null || !languages.has(language)) return [];
      const prefill = languages.text(language);
      checkPrefill(prefill, say);
      return [[language, prefill]];
    }),
  );
}

function checkPrefill(prefill: string, say: (message: string, hint: string) => void): void {
  const variable = [...prefill.matchAll(/\{\{\s*(.*?)\s*\}\}/g)].find((found) => found[1] !== 'nonce');
  if (variable !== undefined)
    say(`a begun reply has no {{ ${variable[1]} }}`, 'Its only variable is {{ nonce }}.');
  if (/\{%|\{#/.test(prefill)) say('a begun reply is no template', 'Its only variable is {{ nonce }}.');
  if (prefill.length > LONGEST_PREFILL)
    say('a begun reply is too long', `${LONGEST_PREFILL} letters at most.`);
}

function defaultRuns(mode: JudgeMode | undefined): Judge['order']['runs'] {
  if (mode === 'pairwise') return 'both';
  return mode === 'listwise' ? 'cyclic' : 'one';
}

/** What a mode cannot do without is needed without being said. */
function withImplied(mode: JudgeMode, needs: readonly JudgeInput[]): readonly JudgeInput[] {
  const implied = ({ criteria: 'criteria', checklist: 'checklist', grounded: 'context' } as const)[
    mode as 'criteria'
  ];
  return implied === undefined || needs.includes(implied) ? needs : [...needs, implied];
}

function labelsOf(verdict: VerdictSpec): readonly string[] {
  if ('map' in verdict) return Object.keys(verdict.map);
  if (verdict.parser === 'score')
    return Array.from({ length: verdict.max - verdict.min + 1 }, (_, i) => String(verdict.min + i));
  return verdict.parser === 'grounded' ? ['supported', 'contradicted', 'absent'] : [];
}

const DEFAULT_VALUES: Readonly<Record<string, number>> = { A: 1, tie: 0.5, B: 0 };

function readVerdict(fields: Fields, mode: JudgeMode): VerdictSpec | null {
  if (!fields.has('verdict')) return readLabels(fields, mode);
  if (fields.has('labels'))
    fields.say('labels', '"labels" and "verdict" both say what is accepted', 'Leave out "labels".');
  const verdict = fields.map('verdict', [...VERDICT_KEYS, 'parser']);
  if (verdict === null) return null;
  const parser = verdict.oneOf('parser', PARSERS);
  if (parser === undefined) return null;
  const allowed: Readonly<Record<(typeof PARSERS)[number], readonly string[]>> = {
    tag: ['map'],
    label_token: ['map', 'coverage', 'text'],
    json: ['map'],
    score: ['min', 'max', 'by', 'coverage', 'text'],
    ranking: [],
    grounded: [],
    reward: ['form', 'label'],
  };
  for (const key of VERDICT_KEYS)
    if (verdict.has(key) && !allowed[parser].includes(key))
      verdict.say(key, `the parser ${parser} takes no "${key}"`);
  const fits: Readonly<Record<(typeof PARSERS)[number], readonly JudgeMode[]>> = {
    tag: ['pairwise', 'pointwise', 'criteria', 'checklist'],
    label_token: ['pairwise', 'pointwise', 'criteria', 'checklist'],
    json: ['pairwise', 'pointwise', 'criteria', 'checklist'],
    score: ['pointwise', 'criteria'],
    ranking: ['listwise'],
    grounded: ['grounded'],
    reward: ['pairwise'],
  };
  if (!fits[parser].includes(mode))
    verdict.say('parser', `the parser ${parser} is for ${fits[parser].join(', ')}, not ${mode}`);
  const coverage = verdict.number('coverage', 0.5, 1, 0.9);
  const text = verdict.oneOf('text', ['accept', 'refuse'] as const, 'refuse') ?? 'refuse';
  switch (parser) {
    case 'tag':
    case 'json': {
      const map = readMap(verdict, mode);
      return map === null ? null : { parser, map };
    }
    case 'label_token': {
      const map = readMap(verdict, mode);
      const long = Object.keys(map ?? {}).find((label) => !/^[A-Za-z0-9]$/.test(label));
      if (long !== undefined)
        verdict.say(
          'map',
          `"${long}" may be more than one token`,
          'Labels of label_token are one letter or digit.',
        );
      return map === null ? null : { parser, map, coverage, text };
    }
    case 'score': {
      const min = verdict.number('min', 0, 100, 1, true);
      const max = verdict.number('max', 0, 100, 9, true);
      const by = verdict.oneOf('by', ['tag', 'label_token'] as const, 'tag') ?? 'tag';
      if (max <= min) verdict.say('max', '"max" must be more than "min"');
      if (by === 'label_token' && max > 9)
        verdict.say(
          'max',
          'scores by label_token have one digit',
          'Many vocabularies have two tokens for "10".',
        );
      return { parser, min, max, by, coverage, text };
    }
    case 'reward': {
      const form = verdict.oneOf('form', REWARD_FORMS, 'pointwise') ?? 'pointwise';
      // classifiers of one answer are trained with the good one last, those of two with the first one first
      const label = verdict.number('label', 0, 1, form === 'pointwise' ? 1 : 0, true);
      return { parser, form, label: label === 1 ? 1 : 0 };
    }
    default:
      return { parser };
  }
}

const VERDICT_KEYS = ['map', 'coverage', 'text', 'min', 'max', 'by', 'form', 'label'];

/** The short form: `labels: [A, B]` or `[A, B, tie]` is a tag with these labels. */
function readLabels(fields: Fields, mode: JudgeMode): VerdictSpec | null {
  if (!fields.has('labels')) {
    fields.say(
      'verdict',
      '"verdict" is missing',
      'Write "verdict: { parser: tag, map: { A: 1, tie: 0.5, B: 0 } }".',
    );
    return null;
  }
  const labels = fields.list('labels', ['A', 'B', 'tie'] as const, []);
  if (mode !== 'pairwise')
    fields.say('mode', '"labels" without "verdict" is for pairwise', 'Say it in "verdict".');
  if (!labels.includes('A') || !labels.includes('B')) {
    fields.say('labels', '"labels" must be [A, B] or [A, B, tie]');
    return null;
  }
  return { parser: 'tag', map: Object.fromEntries(labels.map((label) => [label, DEFAULT_VALUES[label]!])) };
}

function readMap(verdict: Fields, mode: JudgeMode): Readonly<Record<string, number>> | null {
  const map = verdict.numbers('map');
  if (map === null) return null;
  const values = Object.values(map);
  if (values.length < 2) verdict.say('map', 'a map needs at least two labels');
  if (mode === 'pairwise' && (!values.some((value) => value > 0.5) || !values.some((value) => value < 0.5)))
    verdict.say('map', 'no label of the map is for one of the answers', 'Give labels above and below 0.5.');
  return map;
}

function faultCounter(fault: Fault): { fault: Fault; count: () => number } {
  let count = 0;
  return {
    fault: (each) => {
      count += 1;
      fault(each);
    },
    count: () => count,
  };
}
