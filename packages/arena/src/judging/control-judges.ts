import { contentHash, type ProviderId } from '@agon/domain';
import { CONTROL_JUDGES, type ControlJudge, type Judge } from '@agon/judging';
import type { Actor } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';
import type { ProviderRecord } from '../ports/provider-store.ts';

/** In the place of a provider's name: no provider can be called so, as it has parentheses. */
const NAME = '(control)';
/** Grows when a rule changes: verdicts of before were another judge's. */
const RULES = 1;

const TEXTS: Readonly<Record<ControlJudge, { readonly title: string; readonly measures: string }>> = {
  'control-longest': { title: 'Control: the longer answer', measures: 'Which answer has more letters.' },
  'control-first': { title: 'Control: the first answer', measures: 'Nothing: it takes what is shown first.' },
  'control-coin': { title: 'Control: a coin', measures: 'Nothing: it tosses a coin for each battle.' },
  'control-markdown': {
    title: 'Control: more markdown',
    measures: 'Which answer has more headings, list items and bold spans.',
  },
};

/** Judges that are rules: the floor that others must beat. They ask nobody, and enter no ranking. */
export function controlJudges(): readonly Judge[] {
  return CONTROL_JUDGES.map((id) => {
    const hash = contentHash(`${id}/${RULES}`);
    return {
      id,
      ...TEXTS[id],
      mode: 'pairwise',
      labels: [],
      needs: [],
      uses: [],
      order: { runs: 'both', combine: 'agree_else_tie' },
      settings: { temperature: 0, maxTokens: 0, topLogprobs: 0, seed: null },
      verdict: { parser: 'tag', map: {} },
      reask: 0,
      probes: [],
      languages: { en: { system: '', user: '' } },
      source: '',
      templateHash: hash,
      parserHash: hash,
      identity: `${id}@${hash.slice(0, 12)}`,
    };
  });
}

/** Where runs of control judges are said to ask: nowhere. Made when the first one is started. */
export async function controlProvider(
  actor: Actor,
  deps: Pick<Ports, 'providers' | 'clock' | 'ids'>,
): Promise<ProviderRecord> {
  const known = await deps.providers.named(NAME);
  if (known !== null) return known;
  const provider = {
    id: deps.ids.next() as ProviderId,
    name: NAME,
    preset: 'control',
    baseUrl: '',
    keyEnv: null,
    sealedKey: null,
    keyEnd: null,
    allowsPrivate: false,
    limits: { concurrency: null, callsPerMinute: null, timeoutMs: 1000 },
    createdAtMs: deps.clock.now(),
  };
  await deps.providers.add({ ...provider, by: actor.userId });
  return { ...provider, capabilities: null, checkedAtMs: null, removedAtMs: null };
}
