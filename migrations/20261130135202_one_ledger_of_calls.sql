CREATE TABLE "calls" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"run_id" uuid NOT NULL,
	"target" text NOT NULL,
	"slot_order" text DEFAULT '' NOT NULL,
	"repeat" integer DEFAULT 1 NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"leased_until" timestamp with time zone,
	"not_before" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"retried" integer DEFAULT 0 NOT NULL,
	"faults" integer DEFAULT 0 NOT NULL,
	"fault" text,
	"fault_message" text,
	"result" text,
	"reply_id" bigint,
	CONSTRAINT "calls_once" UNIQUE("run_id","target","slot_order","repeat")
);
--> statement-breakpoint
CREATE TABLE "providers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"preset" text DEFAULT 'custom' NOT NULL,
	"base_url" text NOT NULL,
	"key_env" text,
	"sealed_key" text,
	"key_end" text,
	"allows_private" boolean DEFAULT false NOT NULL,
	"limits" jsonb NOT NULL,
	"capabilities" jsonb,
	"checked_at" timestamp with time zone,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"removed_at" timestamp with time zone,
	CONSTRAINT "providers_one_key" CHECK ("providers"."key_env" is null or "providers"."sealed_key" is null)
);
--> statement-breakpoint
CREATE TABLE "replies" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"run_id" uuid NOT NULL,
	"call_id" bigint NOT NULL,
	"request_hash" text,
	"texts" text[] NOT NULL,
	"reasoning" text,
	"finish_reason" text,
	"logprobs" jsonb,
	"prompt_tokens" integer,
	"cached_tokens" integer,
	"completion_tokens" integer,
	"cost_usd" double precision,
	"latency_ms" integer,
	"model" text,
	"fingerprint" text,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"campaign_id" uuid,
	"provider_id" uuid NOT NULL,
	"model" text NOT NULL,
	"subject" text NOT NULL,
	"config" jsonb NOT NULL,
	"concurrency" integer DEFAULT 8 NOT NULL,
	"budget_usd" double precision,
	"seed" integer DEFAULT 1 NOT NULL,
	"state" text NOT NULL,
	"error" text,
	"pace" jsonb,
	"created_by" text,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "leaderboards" RENAME TO "snapshots";
--> statement-breakpoint
ALTER TABLE "snapshots" RENAME CONSTRAINT "leaderboards_pkey" TO "snapshots_pkey";
--> statement-breakpoint
ALTER TABLE "snapshots" RENAME CONSTRAINT "leaderboards_campaign_id_campaigns_id_fk" TO "snapshots_campaign_id_campaigns_id_fk";
--> statement-breakpoint
ALTER INDEX "leaderboards_campaign" RENAME TO "snapshots_campaign";
--> statement-breakpoint
ALTER TABLE "verdicts" DROP CONSTRAINT "verdicts_run_id_judge_runs_id_fk";
--> statement-breakpoint
ALTER TABLE "answers" ADD COLUMN "reply_id" bigint;--> statement-breakpoint
ALTER TABLE "verdicts" ADD COLUMN "reply_id" bigint;--> statement-breakpoint
ALTER TABLE "verdicts" ADD COLUMN "parser" text;--> statement-breakpoint
ALTER TABLE "calls" ADD CONSTRAINT "calls_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "replies" ADD CONSTRAINT "replies_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "calls_open" ON "calls" USING btree ("run_id","id") WHERE "calls"."state" in ('pending', 'leased');--> statement-breakpoint
CREATE UNIQUE INDEX "providers_name" ON "providers" USING btree ("name") WHERE "providers"."removed_at" is null;--> statement-breakpoint
CREATE INDEX "replies_run" ON "replies" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "replies_call" ON "replies" USING btree ("call_id");--> statement-breakpoint
CREATE INDEX "runs_campaign" ON "runs" USING btree ("campaign_id");--> statement-breakpoint
CREATE INDEX "runs_open" ON "runs" USING btree ("id") WHERE "runs"."state" in ('queued', 'running');--> statement-breakpoint
-- runs of before named a URL: it becomes a provider that no new run can use, without the variable of its key
INSERT INTO "providers" ("id", "name", "base_url", "limits", "created_at", "removed_at")
SELECT gen_random_uuid(), left(coalesce(substring("base_url" from '^[a-z]+://([^/]+)'), "base_url"), 63), "base_url",
	'{"concurrency":null,"callsPerMinute":null,"timeoutMs":120000}'::jsonb, min("started_at"), now()
FROM "judge_runs" GROUP BY "base_url";
--> statement-breakpoint
INSERT INTO "runs" ("id", "kind", "campaign_id", "provider_id", "model", "subject", "config", "concurrency", "budget_usd", "seed", "state",
	"error", "created_by", "started_at", "finished_at")
SELECT r."id", 'verdicts', r."campaign_id", p."id", r."model", j."name",
	jsonb_build_object('judgeId', j."id", 'judge', j."name", 'identity', j."identity", 'source', j."source", 'orders', r."orders",
		'repeat', r."repeat", 'limit', r."limit"),
	r."concurrency", r."budget_usd", r."seed",
	CASE WHEN r."state" IN ('queued', 'running') THEN 'cancelled' ELSE r."state" END,
	CASE WHEN r."state" IN ('queued', 'running') THEN 'Stopped by an update of Agon. Start it again: what is scored is not asked again.' ELSE r."error" END,
	r."created_by", r."started_at", coalesce(r."finished_at", CASE WHEN r."state" IN ('queued', 'running') THEN now() END)
FROM "judge_runs" r JOIN "judges" j ON j."id" = r."judge_id" JOIN "providers" p ON p."base_url" = r."base_url";
--> statement-breakpoint
INSERT INTO "calls" ("id", "run_id", "target", "slot_order", "repeat", "state", "attempts", "retried", "fault", "fault_message", "result")
SELECT c."id", c."run_id", c."battle_id"::text, c."slot_order", c."repeat",
	CASE WHEN c."state" <> 'done' THEN 'pending' WHEN v."unscored" IN ('provider_error', 'timeout') THEN 'failed' ELSE 'done' END,
	c."attempts", c."retried",
	CASE WHEN v."unscored" = 'timeout' THEN 'timeout' WHEN v."unscored" = 'provider_error' OR c."last_error" IS NOT NULL THEN 'unreachable' END,
	CASE WHEN v."unscored" IN ('provider_error', 'timeout') THEN v."raw" ELSE c."last_error" END,
	coalesce(v."outcome", v."unscored")
FROM "judge_calls" c LEFT JOIN "verdicts" v ON v."run_id" = c."run_id" AND v."battle_id" = c."battle_id"
	AND v."slot_order" = c."slot_order" AND v."repeat" = c."repeat" AND v."import_id" IS NULL;
--> statement-breakpoint
SELECT setval(pg_get_serial_sequence('calls', 'id'), coalesce((SELECT max("id") FROM "calls"), 0) + 1, false);
--> statement-breakpoint
INSERT INTO "replies" ("run_id", "call_id", "texts", "finish_reason", "prompt_tokens", "cached_tokens", "completion_tokens", "cost_usd",
	"latency_ms", "at")
SELECT v."run_id", c."id", ARRAY[v."raw"],
	CASE v."unscored" WHEN 'cut_off' THEN 'length' WHEN 'refused' THEN 'content_filter' END,
	v."prompt_tokens", v."cached_tokens", v."completion_tokens", v."cost_usd", v."latency_ms", coalesce(v."at", now())
FROM "verdicts" v JOIN "calls" c ON c."run_id" = v."run_id" AND c."target" = v."battle_id"::text AND c."slot_order" = v."slot_order"
	AND c."repeat" = v."repeat"
WHERE v."import_id" IS NULL AND v."raw" IS NOT NULL AND v."unscored" IS DISTINCT FROM 'provider_error' AND v."unscored" IS DISTINCT FROM 'timeout'
ORDER BY v."seq";
--> statement-breakpoint
UPDATE "calls" c SET "reply_id" = p."id" FROM "replies" p WHERE p."call_id" = c."id";
--> statement-breakpoint
UPDATE "verdicts" v SET "reply_id" = c."reply_id", "parser" = 'verdict-1' FROM "calls" c
WHERE c."reply_id" IS NOT NULL AND c."run_id" = v."run_id" AND c."target" = v."battle_id"::text AND c."slot_order" = v."slot_order"
	AND c."repeat" = v."repeat" AND v."import_id" IS NULL;
--> statement-breakpoint
ALTER TABLE "verdicts" ADD CONSTRAINT "verdicts_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;
