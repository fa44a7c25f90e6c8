import {
  type DrawableContent,
  type Ids,
  type NewVote,
  type NewVoterBattle,
  type Ports,
  pairIndexOf,
} from '@agon/arena';
import type { BattleId, CampaignId, EpochMs, ImportId, Outcome, RaterId, UserId, VoteId } from '@agon/domain';
import type { ImportBundle, WritableImports } from '../import-bundle.ts';

/** The adapters that voting needs, on one connection. */
export type ArenaStores = Pick<
  Ports,
  | 'campaigns'
  | 'members'
  | 'content'
  | 'raters'
  | 'battles'
  | 'votes'
  | 'comparisons'
  | 'boards'
  | 'exports'
  | 'ids'
> & { readonly imports: WritableImports };

export type TwoArenas = {
  readonly here: ArenaStores;
  /** Others on the same data, as in another process. */
  readonly elsewhere: ArenaStores;
  person(): Promise<UserId>;
  /** An empty draft. */
  campaign(): Promise<CampaignId>;
};

/** When everything of a contest happens. */
/** Of snapshots. */
export const SEAL = { version: 2, sha256: 'ab'.repeat(32), signature: 'signed' };
export const AT: EpochMs = 1_700_000_000_000;
const HOUR_MS = 3_600_000;
const MODELS = ['crane', 'heron', 'stork'];

export function bundleOf(campaignId: CampaignId, ids: Ids, parts: Partial<ImportBundle>): ImportBundle {
  return {
    id: ids.next() as ImportId,
    campaignId,
    format: 'test',
    files: [{ name: 'test.jsonl', sha256: '00' }],
    by: null,
    atMs: AT,
    models: [],
    prompts: [],
    answers: [],
    battles: [],
    votes: [],
    verdicts: [],
    scores: [],
    ...parts,
  };
}

export function importedModel(name: string): ImportBundle['models'][number] {
  return { name, title: name, provider: null, licence: null, openWeights: null, aliases: [] };
}

export function importedPrompt(campaign: CampaignId, key: string): ImportBundle['prompts'][number] {
  return {
    key,
    turns: [`${key} of ${campaign}?`],
    category: 'writing',
    language: 'en',
  };
}

/** The answers of a campaign's content, oldest first, one by one. */
export function listAnswers({ answers }: DrawableContent) {
  return Array.from({ length: answers.length }, (_, place) => ({
    id: answers.idOf(place),
    promptId: answers.promptId(answers.prompt[place]!),
    modelId: answers.models[answers.model[place]!]!,
    namesItself: answers.namesItself[place] === 1,
    blank: answers.blank[place] === 1,
  }));
}

/** A campaign of two prompts and three models, of which `stork` names itself in every answer. */
export async function makeContest({ here, person, campaign }: TwoArenas) {
  const id = await campaign();
  const prompts = ['first', 'second'].map((key) => importedPrompt(id, key));
  const bundle = bundleOf(id, here.ids, {
    models: MODELS.map(importedModel),
    prompts,
    answers: prompts.flatMap((prompt) =>
      MODELS.map((model) => ({
        promptKey: prompt.key,
        model,
        turns: [`${model === 'stork' ? 'I am ' : ''}${model} on ${prompt.turns[0]}`],
      })),
    ),
  });
  await here.imports.write(bundle);
  const content = await here.content.drawable(id);
  const answers = listAnswers(content);
  const promptIds = [...new Set(answers.map((answer) => answer.promptId))];
  const index = pairIndexOf(content, { choice: 'newest', skipSelfNaming: false, skipBlank: false });

  /** One about the prompt of this place, issued to nobody yet; it is open for an hour. */
  function battle(prompt: 0 | 1, slots = ['crane', 'heron'], drawnAtMs: EpochMs = AT): NewVoterBattle {
    const promptId = promptIds[prompt]!;
    const [a, b] = slots.map((name) => {
      const modelId = content.models.find((model) => model.name === name)!.id;
      return answers.find((each) => each.promptId === promptId && each.modelId === modelId)!;
    });
    return {
      id: here.ids.next() as BattleId,
      campaignId: id,
      promptId,
      models: { a: a!.modelId, b: b!.modelId },
      answers: { a: a!.id, b: b!.id },
      drawProbability: 0.25,
      drawReason: 'fewest votes',
      drawWeight: null,
      drawnAtMs,
      expiresAtMs: drawnAtMs + HOUR_MS,
    };
  }

  const given = (rater: RaterId, stores = here) => stores.battles.givenTo(id, rater, index);

  async function basis(rater: RaterId, stores = here) {
    const { changes } = await given(rater, stores);
    const { version } = await stores.content.content(id);
    return { campaignId: id, raterId: rater, changes, contentVersion: version };
  }

  async function issue(rater: RaterId, ...battles: readonly NewVoterBattle[]): Promise<void> {
    // what is remembered of a voter may be old once: a refusal makes it fresh
    for (let attempt = 0; attempt < 2; attempt += 1)
      if (await here.battles.issueToVoter(await basis(rater), battles)) return;
    throw new Error('the battles were refused, although nothing changed');
  }

  function vote(on: NewVoterBattle, raterId: RaterId, outcome: Outcome, atMs: EpochMs = AT): NewVote {
    const voteId = here.ids.next() as VoteId;
    return {
      id: voteId,
      campaignId: id,
      battleId: on.id,
      raterId,
      outcome,
      idempotencyKey: `key of ${voteId}`,
      shownMs: 1000,
      revealed: false,
      atMs,
    };
  }

  /** Another answer of a model to the prompt of this place, newer than all before. */
  async function answerAgain(prompt: 0 | 1, model: string, text: string) {
    const again = bundleOf(id, here.ids, {
      models: [importedModel(model)],
      answers: [
        {
          promptKey: prompts[prompt]!.key,
          model,
          turns: [text],
        },
      ],
    });
    await here.imports.write(again);
    const changed = await here.content.drawable(id);
    const modelId = changed.models.find((each) => each.name === model)!.id;
    const own = listAnswers(changed).filter(
      (each) => each.promptId === promptIds[prompt] && each.modelId === modelId,
    );
    return { importId: again.id, answer: own.at(-1)!.id, own: own.map((each) => each.id) };
  }

  return {
    id,
    content,
    answerAgain,
    /** What brought the prompts and answers in. */
    bundle,
    index,
    battle,
    given,
    basis,
    issue,
    vote,
    voter: async () => here.raters.raterOf(await person()),
    /** A vote of a new voter on a battle of its own. */
    async cast(on: NewVoterBattle, outcome: Outcome): Promise<NewVote> {
      const rater = await here.raters.raterOf(await person());
      await issue(rater, on);
      const cast = vote(on, rater, outcome);
      await here.votes.append(cast);
      return cast;
    },
  };
}
