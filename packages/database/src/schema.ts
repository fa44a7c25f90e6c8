/**
 * Every table of the database in one place: drizzle-kit compares this file with the migrations. Tables that imports fill by
 * the million (battles, votes, verdicts, answers, campaign_prompts, raters) have no foreign keys: checking them takes three
 * times as long as the rows themselves (docs/adr/0010-imports-staged-by-copy.md). What writes there gets its ids by a join.
 */
import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { users } from './auth-tables.ts';

const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

export const campaigns = pgTable('campaigns', {
  id: uuid('id').primaryKey(),
  slug: text('slug').notNull().unique(),
  title: text('title').notNull(),
  description: text('description').notNull().default(''),
  attribution: text('attribution'),
  state: text('state', { enum: ['draft', 'open', 'closed'] })
    .notNull()
    .default('draft'),
  settings: jsonb('settings').notNull(),
  /** Grows with every change of prompts, answers or models: caches compare it. */
  contentVersion: bigint('content_version', { mode: 'number' }).notNull().default(0),
  /** Grows with every vote that comes into quarantine or leaves it, but by an import. */
  quarantineVersion: bigint('quarantine_version', { mode: 'number' }).notNull().default(0),
  /** Grows when replies of judges were read again, with other verdicts. */
  readingsVersion: bigint('readings_version', { mode: 'number' }).notNull().default(0),
  createdAt: at('created_at').notNull().defaultNow(),
  createdBy: text('created_by'),
});

/** Whose campaign it is. One without members that nobody signed in made belongs to the arena. */
export const campaignMembers = pgTable(
  'campaign_members',
  {
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    /** A person who owns campaigns cannot vanish unseen: no cascade. */
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    role: text('role', { enum: ['viewer', 'editor', 'owner'] }).notNull(),
    addedBy: text('added_by'),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.userId] }), index('campaign_members_user').on(t.userId)],
);

/** Models are never deleted, only retired: a board shows every model that ever entered. */
export const models = pgTable('models', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull().unique(),
  title: text('title').notNull(),
  provider: text('provider'),
  licence: text('licence'),
  openWeights: boolean('open_weights'),
  aliases: text('aliases').array().notNull().default(sql`'{}'`),
  retiredAt: at('retired_at'),
  createdAt: at('created_at').notNull().defaultNow(),
});

export const imports = pgTable(
  'imports',
  {
    id: uuid('id').primaryKey(),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    format: text('format').notNull(),
    /** [{name, sha256}] */
    files: jsonb('files').notNull(),
    /** {read, imported, refused, duplicates} */
    rows: jsonb('rows').notNull(),
    errors: jsonb('errors').notNull(),
    votes: integer('votes').notNull().default(0),
    verdicts: integer('verdicts').notNull().default(0),
    /** Its link in the campaign's hash chain, which stands for all its votes; null where it has none. */
    chainSeq: bigint('chain_seq', { mode: 'number' }),
    /** SHA-256 over its votes in the order of their `seq`. */
    votesDigest: text('votes_digest'),
    chainHash: text('chain_hash'),
    by: text('by'),
    at: at('at').notNull().defaultNow(),
    /** Rows of an undone import stay, and every reader leaves them out. */
    undoneAt: at('undone_at'),
  },
  (t) => [index('imports_campaign').on(t.campaignId)],
);

export const campaignModels = pgTable(
  'campaign_models',
  {
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    modelId: uuid('model_id')
      .notNull()
      .references(() => models.id),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.modelId] })],
);

/** Content-addressed: the same turns, category and language are one prompt. */
export const prompts = pgTable('prompts', {
  id: uuid('id').primaryKey(),
  contentHash: text('content_hash').notNull().unique(),
  /** string[]: user turns */
  turns: jsonb('turns').notNull(),
  category: text('category'),
  language: text('language'),
});

/** What judges may need beside a prompt, in one campaign: another may have none for the same text. */
export const promptMaterial = pgTable(
  'prompt_material',
  {
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    promptId: uuid('prompt_id')
      .notNull()
      .references(() => prompts.id),
    /** reference, checklist, context: string[]; rubric: {name, levels}; criteria: {id, text, weight}[] */
    kind: text('kind', { enum: ['reference', 'rubric', 'criteria', 'checklist', 'context'] }).notNull(),
    value: jsonb('value').notNull(),
    importId: uuid('import_id'),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.promptId, t.kind] })],
);

export const campaignPrompts = pgTable(
  'campaign_prompts',
  {
    campaignId: uuid('campaign_id').notNull(),
    promptId: uuid('prompt_id').notNull(),
    /** The source's own id of the prompt. */
    key: text('key').notNull(),
    importId: uuid('import_id'),
  },
  (t) => [
    primaryKey({ columns: [t.campaignId, t.key] }),
    index('campaign_prompts_prompt').on(t.campaignId, t.promptId),
  ],
);

export const answers = pgTable(
  'answers',
  {
    id: uuid('id').primaryKey(),
    campaignId: uuid('campaign_id').notNull(),
    promptId: uuid('prompt_id').notNull(),
    modelId: uuid('model_id').notNull(),
    /** string[]: one text a turn. A model may have several answers to one prompt. */
    turns: jsonb('turns').notNull(),
    /** SHA-256 over the turns; of answers of a run, a colon and the hash of its settings behind it. */
    contentHash: text('content_hash').notNull(),
    /** The newest answer of a model to a prompt has the highest. */
    seq: bigserial('seq', { mode: 'number' }).notNull(),
    /** Every turn is empty or white space. */
    blank: boolean('blank').notNull().default(false),
    /** Hits of the self-naming detector, one list a turn; null where there is none. */
    selfNaming: jsonb('self_naming'),
    importId: uuid('import_id'),
    /** The reply that it was read from; null for imported answers. */
    replyId: bigint('reply_id', { mode: 'number' }),
  },
  (t) => [unique('answers_once').on(t.campaignId, t.promptId, t.modelId, t.contentHash)],
);

/** Pseudonymous: a person with a session, or a rater named in an imported file. */
export const raters = pgTable(
  'raters',
  {
    id: uuid('id').primaryKey(),
    userId: text('user_id').unique(),
    campaignId: uuid('campaign_id'),
    /** Imported raters: the source's own name. */
    external: text('external'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [uniqueIndex('raters_external').on(t.campaignId, t.external).where(sql`${t.external} is not null`)],
);

export const consents = pgTable(
  'consents',
  {
    raterId: uuid('rater_id')
      .notNull()
      .references(() => raters.id),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    version: integer('version').notNull(),
    language: text('language').notNull(),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.raterId, t.campaignId, t.version] })],
);

export const battles = pgTable(
  'battles',
  {
    /** Of imported battles made from what they are about, so that the same one is met again. */
    id: uuid('id').primaryKey(),
    campaignId: uuid('campaign_id').notNull(),
    promptId: uuid('prompt_id'),
    modelA: uuid('model_a').notNull(),
    modelB: uuid('model_b').notNull(),
    /** The two texts that were shown; null where the campaign does not hold them. */
    answerA: uuid('answer_a'),
    answerB: uuid('answer_b'),
    /** How many turns of the prompt were shown; null: all. */
    turns: integer('turns'),
    origin: text('origin', { enum: ['draw', 'import', 'judge'] }).notNull(),
    /** The voter it was drawn for; null for imported and judge battles. */
    raterId: uuid('rater_id'),
    state: text('state', { enum: ['issued', 'voted', 'skipped', 'expired', 'kept'] }).notNull(),
    /** Probability, 0..1, with which this prompt and unordered pair was drawn; null where unknown. */
    drawProbability: doublePrecision('draw_probability'),
    drawReason: text('draw_reason'),
    /** What a vote on it weighs on boards, where it could also be drawn from the list `sent_back`; null: 1. */
    drawWeight: doublePrecision('draw_weight'),
    skipReason: text('skip_reason'),
    skipNote: text('skip_note'),
    drawnAt: at('drawn_at').notNull().defaultNow(),
    expiresAt: at('expires_at'),
    importId: uuid('import_id'),
    /** The source's id of the prompt, its category and language: kept where the prompt itself was not imported. */
    promptKey: text('prompt_key'),
    category: text('category'),
    language: text('language'),
  },
  (t) => [
    index('battles_rater').on(t.campaignId, t.raterId),
    index('battles_open').on(t.expiresAt).where(sql`${t.state} = 'issued'`),
  ],
);

/** Battles that researchers send back to people: some draws are made from this list. */
export const sentBack = pgTable(
  'sent_back',
  {
    id: uuid('id').primaryKey(),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    /** The battle that was looked at; others may show the same two answers. */
    battleId: uuid('battle_id').notNull(),
    promptId: uuid('prompt_id').notNull(),
    answerA: uuid('answer_a').notNull(),
    answerB: uuid('answer_b').notNull(),
    /** It leaves the list once it has so many more. */
    votes: integer('votes').notNull(),
    by: text('by'),
    at: at('at').notNull(),
    endedAt: at('ended_at'),
  },
  (t) => [
    uniqueIndex('sent_back_open').on(t.campaignId, t.battleId).where(sql`${t.endedAt} is null`),
    index('sent_back_campaign').on(t.campaignId),
  ],
);

/** Where each voter of a campaign stands: kept with every vote, so that nobody has to count. */
export const voterProgress = pgTable(
  'voter_progress',
  {
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    raterId: uuid('rater_id')
      .notNull()
      .references(() => raters.id),
    /** Votes that stand: undone ones do not count. */
    votes: integer('votes').notNull().default(0),
    /** The one vote that can be undone: the last one, until it was undone or its names were given away. */
    lastVote: uuid('last_vote'),
    /** Grows with everything that happens to the voter's battles: what a process remembers of them is checked by it. */
    changes: bigint('changes', { mode: 'number' }).notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.raterId] })],
);

/** End of each campaign's hash chain; its row lock orders the votes of a campaign. */
export const voteChains = pgTable('vote_chains', {
  campaignId: uuid('campaign_id')
    .primaryKey()
    .references(() => campaigns.id),
  seq: bigint('seq', { mode: 'number' }).notNull().default(0),
  hash: text('hash').notNull(),
});

/** Append-only. A correction is a row of vote_revisions. */
export const votes = pgTable(
  'votes',
  {
    id: uuid('id').primaryKey(),
    campaignId: uuid('campaign_id').notNull(),
    /** Place in the campaign's chain, from 1; of an imported vote: in its import. */
    seq: bigint('seq', { mode: 'number' }).notNull(),
    battleId: uuid('battle_id').notNull(),
    /** Null where an imported row names nobody. */
    raterId: uuid('rater_id'),
    outcome: text('outcome', { enum: ['a', 'b', 'tie', 'both_bad'] }).notNull(),
    /** Imported votes: slot a's share of the point, where the source says it finer. */
    shareA: doublePrecision('share_a'),
    /** Null: 1. */
    weight: doublePrecision('weight'),
    /** Live votes only. */
    idempotencyKey: text('idempotency_key'),
    /** Imported votes: the source's own id. */
    sourceId: text('source_id'),
    /** Imported votes: hash of all that the vote says. Equal ones of one file differ by their place alone. */
    identity: uuid('identity'),
    shownMs: integer('shown_ms'),
    /** The names went out with the reply to the vote, while it could still be changed. */
    revealed: boolean('revealed').notNull().default(false),
    /** Null where an imported row does not say when. */
    at: at('at'),
    importId: uuid('import_id'),
    /** Link of the chain; imported votes have one link together, at their import. */
    hash: text('hash'),
  },
  (t) => [
    uniqueIndex('votes_once').on(t.battleId, t.raterId).where(sql`${t.importId} is null`),
    unique('votes_chain').on(t.campaignId, t.importId, t.seq).nullsNotDistinct(),
    uniqueIndex('votes_idempotency').on(t.raterId, t.idempotencyKey).where(sql`${t.importId} is null`),
    index('votes_rater').on(t.campaignId, t.raterId),
    index('votes_imported_battle').on(t.battleId).where(sql`${t.importId} is not null`),
    check(
      'votes_live',
      sql`import_id is not null or (rater_id is not null and at is not null and idempotency_key is not null and hash is not null)`,
    ),
  ],
);

export const voteRevisions = pgTable(
  'vote_revisions',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    voteId: uuid('vote_id')
      .notNull()
      .references(() => votes.id),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    kind: text('kind', { enum: ['undo', 'recast', 'annotate'] }).notNull(),
    outcome: text('outcome', { enum: ['a', 'b', 'tie', 'both_bad'] }),
    /** {a: string[], b: string[]} */
    tags: jsonb('tags'),
    note: text('note'),
    idempotencyKey: text('idempotency_key'),
    /** Of a recast: the voter had been shown the names. Such a vote is never rated. */
    afterReveal: boolean('after_reveal').notNull().default(false),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [index('vote_revisions_vote').on(t.voteId), index('vote_revisions_campaign').on(t.campaignId, t.id)],
);

/** Where voters came from: keyed hashes, unlike in every campaign, forgotten some weeks after they were seen last. */
export const voterAddresses = pgTable(
  'voter_addresses',
  {
    campaignId: uuid('campaign_id').notNull(),
    raterId: uuid('rater_id').notNull(),
    address: text('address').notNull(),
    firstAt: at('first_at').notNull(),
    lastAt: at('last_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.campaignId, t.address, t.raterId] }),
    index('voter_addresses_age').on(t.lastAt),
  ],
);

/** Links by which voters come into a campaign that takes invited ones alone. */
export const invitations = pgTable(
  'invitations',
  {
    id: uuid('id').primaryKey(),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    tokenHash: text('token_hash').notNull().unique(),
    label: text('label').notNull().default(''),
    uses: integer('uses').notNull().default(0),
    mostUses: integer('most_uses').notNull(),
    createdBy: text('created_by'),
    createdAt: at('created_at').notNull().defaultNow(),
    revokedAt: at('revoked_at'),
  },
  (t) => [index('invitations_campaign').on(t.campaignId, t.id)],
);

/** Voters who came by one. */
export const invitedVoters = pgTable(
  'invited_voters',
  {
    campaignId: uuid('campaign_id').notNull(),
    raterId: uuid('rater_id').notNull(),
    invitationId: uuid('invitation_id')
      .notNull()
      .references(() => invitations.id),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.raterId] })],
);

/** Votes that a board leaves out, each with its reason; restorable, never deleted. */
export const quarantine = pgTable('quarantine', {
  voteId: uuid('vote_id')
    .primaryKey()
    .references(() => votes.id),
  reason: text('reason').notNull(),
  by: text('by'),
  at: at('at').notNull().defaultNow(),
});

export const judges = pgTable('judges', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  /** Name and content hash: stamped on every verdict. */
  identity: text('identity').notNull().unique(),
  title: text('title').notNull(),
  measures: text('measures').notNull().default(''),
  /** The judge's file, as it was when it was asked; empty for imported verdicts. */
  source: text('source').notNull().default(''),
  /** `own`: written by researchers here, a row a version; `control`: a rule without a model. */
  origin: text('origin', { enum: ['built_in', 'imported', 'own', 'control'] }).notNull(),
  /** Of an own judge, from 1. */
  version: integer('version'),
  createdBy: text('created_by'),
  createdAt: at('created_at').notNull().defaultNow(),
  /** Of an own judge, on all of its versions: it is left out of lists. Its verdicts stay. */
  archivedAt: at('archived_at'),
});

/** Where models are reached. A removed one stays for the runs that name it. */
export const providers = pgTable(
  'providers',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    preset: text('preset').notNull().default('custom'),
    baseUrl: text('base_url').notNull(),
    /** Name of the environment variable with its key, or the key itself, encrypted; at most one of the two. */
    keyEnv: text('key_env'),
    sealedKey: text('sealed_key'),
    keyEnd: text('key_end'),
    allowsPrivate: boolean('allows_private').notNull().default(false),
    /** {concurrency, callsPerMinute, timeoutMs} */
    limits: jsonb('limits').notNull(),
    capabilities: jsonb('capabilities'),
    checkedAt: at('checked_at'),
    createdBy: text('created_by'),
    createdAt: at('created_at').notNull().defaultNow(),
    removedAt: at('removed_at'),
  },
  (t) => [
    uniqueIndex('providers_name').on(t.name).where(sql`${t.removedAt} is null`),
    check('providers_one_key', sql`${t.keyEnv} is null or ${t.sealedKey} is null`),
  ],
);

/** A planned set of calls of one kind. */
export const runs = pgTable(
  'runs',
  {
    id: uuid('id').primaryKey(),
    kind: text('kind', { enum: ['verdicts', 'answers', 'probe', 'trial', 'drift'] }).notNull(),
    campaignId: uuid('campaign_id').references(() => campaigns.id),
    providerId: uuid('provider_id')
      .notNull()
      .references(() => providers.id),
    model: text('model').notNull(),
    /** What is asked, for people: the judge's name, the name of the model that answers. */
    subject: text('subject').notNull(),
    /** The kind's own. */
    config: jsonb('config').notNull(),
    concurrency: integer('concurrency').notNull().default(8),
    budgetUsd: doublePrecision('budget_usd'),
    /** USD for a million tokens, as the price table or the researcher said: {input, cached, output, from}. */
    prices: jsonb('prices'),
    seed: integer('seed').notNull().default(1),
    state: text('state', {
      enum: ['queued', 'running', 'paused', 'done', 'cancelled', 'failed'],
    }).notNull(),
    error: text('error'),
    /** Whether boards count its verdicts: a suspect run waits for somebody to admit it. */
    standing: text('standing', { enum: ['counted', 'suspect', 'admitted', 'excluded'] })
      .notNull()
      .default('counted'),
    standingReason: text('standing_reason'),
    standingBy: text('standing_by'),
    /** How fast it goes and why, as its worker said last. */
    pace: jsonb('pace'),
    /** What it went through, as its workers kept it: points over time, calls turned away, limits of the provider. */
    history: jsonb('history'),
    createdBy: text('created_by'),
    startedAt: at('started_at').notNull().defaultNow(),
    finishedAt: at('finished_at'),
  },
  (t) => [
    index('runs_campaign').on(t.campaignId),
    index('runs_open').on(t.id).where(sql`${t.state} in ('queued', 'running')`),
    index('runs_drift').on(sql`(${t.config} ->> 'set')`).where(sql`${t.kind} = 'drift'`),
  ],
);

/** One row a call to a model: the truth about what is pending; the queue is a hint. */
export const calls = pgTable(
  'calls',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    runId: uuid('run_id')
      .notNull()
      .references(() => runs.id),
    /** What is asked about, in the words of the run's kind: a battle's id, a prompt's id, the name of a probe. */
    target: text('target').notNull(),
    /** `ab`, `ba` or another permutation of what the target shows; empty where it has none. */
    slotOrder: text('slot_order').notNull().default(''),
    repeat: integer('repeat').notNull().default(1),
    state: text('state', { enum: ['pending', 'leased', 'done', 'failed'] })
      .notNull()
      .default('pending'),
    leasedUntil: at('leased_until'),
    /** Number of the worker; see runs/worker-lock.ts. */
    leasedBy: integer('leased_by'),
    notBefore: at('not_before'),
    attempts: integer('attempts').notNull().default(0),
    /** Times it went back to the pool. */
    retried: integer('retried').notNull().default(0),
    /** Passing faults, rate limits left out. */
    faults: integer('faults').notNull().default(0),
    /** Of the last fault. */
    fault: text('fault'),
    faultMessage: text('fault_message'),
    faultAt: at('fault_at'),
    /** What its reply, or the lack of one, was read as. */
    result: text('result'),
    /** The reply that it stands on. */
    replyId: bigint('reply_id', { mode: 'number' }),
    /** The batch that it was sent in. */
    batchId: bigint('batch_id', { mode: 'number' }),
  },
  (t) => [
    unique('calls_once').on(t.runId, t.target, t.slotOrder, t.repeat),
    index('calls_open').on(t.runId, t.id).where(sql`${t.state} in ('pending', 'leased')`),
  ],
);

/** What models sent back, raw and complete. A call has one, or more where a worker was given up for dead too early. */
export const replies = pgTable(
  'replies',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    runId: uuid('run_id')
      .notNull()
      .references(() => runs.id),
    callId: bigint('call_id', { mode: 'number' }).notNull(),
    /** SHA-256 over what was sent, without the key; null: before this was kept. */
    requestHash: text('request_hash'),
    /** One text a turn. */
    texts: text('texts').array().notNull(),
    reasoning: text('reasoning'),
    finishReason: text('finish_reason'),
    /** [{token, logprob, top: [{token, logprob}]}] */
    logprobs: jsonb('logprobs'),
    promptTokens: integer('prompt_tokens'),
    cachedTokens: integer('cached_tokens'),
    completionTokens: integer('completion_tokens'),
    /** Of the completion tokens. */
    reasoningTokens: integer('reasoning_tokens'),
    costUsd: doublePrecision('cost_usd'),
    /** By the run's prices: the provider did not say what it cost. */
    costEstimated: boolean('cost_estimated').notNull().default(false),
    latencyMs: integer('latency_ms'),
    /** As the server returned them. */
    model: text('model'),
    fingerprint: text('fingerprint'),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [index('replies_run').on(t.runId), index('replies_call').on(t.callId)],
);

/** Calls of a judge that are asked again now and then, to see whether its model is still the one that it was. */
export const driftSets = pgTable(
  'drift_sets',
  {
    id: uuid('id').primaryKey(),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    judgeId: uuid('judge_id')
      .notNull()
      .references(() => judges.id),
    model: text('model').notNull(),
    providerId: uuid('provider_id')
      .notNull()
      .references(() => providers.id),
    /** The judge as the runs asked it whose calls these are. */
    config: jsonb('config').notNull(),
    prices: jsonb('prices'),
    budgetUsd: doublePrecision('budget_usd'),
    seed: integer('seed').notNull(),
    /** Hours between two checks; null: only when somebody asks. */
    everyHours: integer('every_hours'),
    nextAt: at('next_at'),
    /** Why the last check by schedule could not start. */
    failure: text('failure'),
    createdBy: text('created_by'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [
    unique('drift_sets_once').on(t.campaignId, t.judgeId, t.model, t.providerId),
    index('drift_sets_due').on(t.nextAt).where(sql`${t.nextAt} is not null`),
  ],
);

/** Calls of runs of before: what was read in their replies is what later ones are held against. */
export const driftCalls = pgTable(
  'drift_calls',
  {
    setId: uuid('set_id')
      .notNull()
      .references(() => driftSets.id),
    callId: bigint('call_id', { mode: 'number' })
      .notNull()
      .references(() => calls.id),
  },
  (t) => [primaryKey({ columns: [t.setId, t.callId] })],
);

/** Calls of a run that were sent to a provider's batch endpoint in one file. */
export const batches = pgTable(
  'batches',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    runId: uuid('run_id')
      .notNull()
      .references(() => runs.id),
    /** The provider's own id of it; null: written down before it was sent. */
    remoteId: text('remote_id'),
    inputFile: text('input_file'),
    state: text('state', { enum: ['sending', 'waiting', 'collected', 'ended'] }).notNull(),
    /** As the provider says it: `in_progress`, `expired` … */
    remoteState: text('remote_state'),
    calls: integer('calls').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    checkedAt: at('checked_at'),
  },
  (t) => [index('batches_run').on(t.runId)],
);

/** What judges gave single answers: a mark, a share of a checklist, a place in a ranking. Append-only. */
export const answerScores = pgTable(
  'answer_scores',
  {
    id: uuid('id').primaryKey(),
    campaignId: uuid('campaign_id').notNull(),
    answerId: uuid('answer_id').notNull(),
    judgeId: uuid('judge_id').notNull(),
    runId: uuid('run_id')
      .notNull()
      .references(() => runs.id),
    replyId: bigint('reply_id', { mode: 'number' }),
    parser: text('parser').notNull(),
    model: text('model').notNull(),
    slotOrder: text('slot_order').notNull().default(''),
    /** The criterion or the item of the checklist; empty: the answer as a whole. */
    part: text('part').notNull().default(''),
    repeat: integer('repeat').notNull().default(1),
    /** 0..1, more is better. */
    value: doublePrecision('value'),
    /** Why there is no value; exactly one of the two is set. */
    unscored: text('unscored'),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [
    unique('answer_scores_once').on(
      t.judgeId,
      t.model,
      t.answerId,
      t.campaignId,
      t.slotOrder,
      t.part,
      t.repeat,
    ),
    index('answer_scores_run').on(t.runId),
    check('answer_scores_one', sql`(${t.value} is null) <> (${t.unscored} is null)`),
  ],
);

/** Append-only. `outcome` is in the battle's own slots, whatever order the judge saw. */
export const verdicts = pgTable(
  'verdicts',
  {
    id: uuid('id').primaryKey(),
    seq: bigserial('seq', { mode: 'number' }).notNull(),
    campaignId: uuid('campaign_id').notNull(),
    battleId: uuid('battle_id').notNull(),
    judgeId: uuid('judge_id').notNull(),
    runId: uuid('run_id').references(() => runs.id),
    /** What it was read from, and by which parser; null for imported verdicts and calls without a reply. */
    replyId: bigint('reply_id', { mode: 'number' }),
    parser: text('parser'),
    /** The judge model; empty where an import does not say. */
    model: text('model').notNull().default(''),
    slotOrder: text('slot_order', { enum: ['ab', 'ba', 'reconciled', 'unknown'] }).notNull(),
    repeat: integer('repeat').notNull().default(1),
    outcome: text('outcome', { enum: ['a', 'b', 'tie', 'both_bad'] }),
    /** Why there is no outcome; exactly one of the two is set. */
    unscored: text('unscored'),
    shareA: doublePrecision('share_a'),
    /** Null: 1. */
    weight: doublePrecision('weight'),
    /** Imported verdicts: the source's own id, and the hash of all that the verdict says, as of votes. */
    sourceId: text('source_id'),
    identity: uuid('identity'),
    importId: uuid('import_id'),
    /** Null where an imported row does not say when. */
    at: at('at').defaultNow(),
  },
  (t) => [
    uniqueIndex('verdicts_once')
      .on(t.judgeId, t.model, t.battleId, t.slotOrder, t.repeat)
      .where(sql`${t.importId} is null`),
    index('verdicts_import').on(t.importId).where(sql`${t.importId} is not null`),
    index('verdicts_campaign').on(t.campaignId, t.seq),
    index('verdicts_run').on(t.runId),
    index('verdicts_reply').on(t.replyId).where(sql`${t.replyId} is not null`),
  ],
);

/**
 * What the list of battles shows and filters by, one row for all battles about the same two answers. Made from votes and
 * verdicts when somebody looks, and again when those have changed: derived, never the truth.
 */
export const battleSummaries = pgTable(
  'battle_summaries',
  {
    campaignId: uuid('campaign_id').notNull(),
    /** The first battle of the group; models, answers and outcomes are in its slots. */
    id: uuid('id').notNull(),
    promptId: uuid('prompt_id'),
    promptKey: text('prompt_key'),
    category: text('category'),
    language: text('language'),
    /** Turns that were shown; null: not known. */
    turns: integer('turns'),
    modelA: uuid('model_a').notNull(),
    modelB: uuid('model_b').notNull(),
    answerA: uuid('answer_a'),
    answerB: uuid('answer_b'),
    /** Votes that count, by outcome. */
    a: integer('a').notNull(),
    b: integer('b').notNull(),
    tie: integer('tie').notNull(),
    bothBad: integer('both_bad').notNull(),
    votes: integer('votes').notNull(),
    /** What most of them say; null: there is none. */
    outcome: text('outcome', { enum: ['a', 'b', 'tie', 'both_bad', 'split'] }),
    /** Votes that stand and that boards leave out. */
    excluded: integer('excluded').notNull(),
    notes: integer('notes').notNull(),
    drawnAt: at('drawn_at').notNull(),
    /** `-infinity` where no vote says when. */
    lastVote: at('last_vote').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.campaignId, t.id] }),
    index('battle_summaries_last').on(t.campaignId, t.lastVote, t.id),
  ],
);

/** Which battles a summary is of. */
export const battleGroups = pgTable(
  'battle_groups',
  {
    battleId: uuid('battle_id').primaryKey(),
    campaignId: uuid('campaign_id').notNull(),
    summaryId: uuid('summary_id').notNull(),
    /** Its slots are those of the summary, exchanged. */
    swapped: boolean('swapped').notNull(),
  },
  (t) => [index('battle_groups_summary').on(t.campaignId, t.summaryId)],
);

/** What each judge says of a summary's two answers: an outcome in the summary's slots, or why there is none. */
export const battleSummaryVerdicts = pgTable(
  'battle_summary_verdicts',
  {
    campaignId: uuid('campaign_id').notNull(),
    judgeId: uuid('judge_id').notNull(),
    model: text('model').notNull(),
    summaryId: uuid('summary_id').notNull(),
    /** With answer a first, with b first, and in no known order. */
    ab: text('ab'),
    ba: text('ba'),
    other: text('other'),
    /** All orders together: an outcome, `changed` or `unscored`. */
    decided: text('decided').notNull(),
    /** With what the votes say; null: there is no vote that counts. */
    agreement: text('agreement'),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.judgeId, t.model, t.summaryId] })],
);

/** What a campaign's summaries were made from, to see whether they are still right. */
export const battleSummaryStates = pgTable('battle_summary_states', {
  campaignId: uuid('campaign_id').primaryKey(),
  basis: text('basis').notNull(),
  /** False: rows with a lower number may have been committed since. */
  settled: boolean('settled').notNull(),
  /** {judges: [{judgeId, model, verdicts}], models, categories, languages}: what can be filtered by. */
  facets: jsonb('facets').notNull(),
  madeAt: at('made_at').notNull(),
  tookMs: integer('took_ms').notNull(),
});

export const benchmarks = pgTable('benchmarks', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull().unique(),
  title: text('title').notNull(),
  /** Score of guessing, 0..1; null: nobody has said. */
  chance: doublePrecision('chance'),
});

export const scores = pgTable(
  'scores',
  {
    id: uuid('id').primaryKey(),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    modelId: uuid('model_id')
      .notNull()
      .references(() => models.id),
    benchmarkId: uuid('benchmark_id')
      .notNull()
      .references(() => benchmarks.id),
    /** Fraction, 0..1. */
    score: doublePrecision('score').notNull(),
    n: integer('n'),
    source: text('source').notNull(),
    importId: uuid('import_id').references(() => imports.id),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [unique('scores_once').on(t.campaignId, t.modelId, t.benchmarkId, t.source)],
);

/** Dated snapshots: the whole page as it was. */
export const snapshots = pgTable(
  'snapshots',
  {
    id: uuid('id').primaryKey(),
    campaignId: uuid('campaign_id')
      .notNull()
      .references(() => campaigns.id),
    title: text('title').notNull(),
    board: jsonb('board').notNull(),
    unified: jsonb('unified').notNull(),
    /** Of the two documents: their shape. */
    version: integer('version').notNull().default(1),
    /** Of both in canonical JSON, hex; null: kept before hashes were. */
    sha256: text('sha256'),
    /** Ed25519, base64url. */
    signature: text('signature'),
    votes: integer('votes').notNull(),
    verdicts: integer('verdicts').notNull(),
    by: text('by'),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [index('snapshots_campaign').on(t.campaignId, t.at)],
);

export const auditLog = pgTable('audit_log', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  at: at('at').notNull().defaultNow(),
  actor: text('actor').notNull(),
  action: text('action').notNull(),
  campaignId: uuid('campaign_id'),
  details: jsonb('details').notNull(),
});

export * from './auth-tables.ts';
