ALTER TABLE "answers" DROP CONSTRAINT "answers_once";--> statement-breakpoint
ALTER TABLE "verdicts" DROP CONSTRAINT "verdicts_once";--> statement-breakpoint
ALTER TABLE "votes" DROP CONSTRAINT "votes_once";--> statement-breakpoint
ALTER TABLE "votes" DROP CONSTRAINT "votes_idempotency";--> statement-breakpoint
ALTER TABLE "votes" DROP CONSTRAINT "votes_chain";--> statement-breakpoint
ALTER TABLE "answers" DROP CONSTRAINT "answers_campaign_id_campaigns_id_fk";
--> statement-breakpoint
ALTER TABLE "answers" DROP CONSTRAINT "answers_prompt_id_prompts_id_fk";
--> statement-breakpoint
ALTER TABLE "answers" DROP CONSTRAINT "answers_model_id_models_id_fk";
--> statement-breakpoint
ALTER TABLE "answers" DROP CONSTRAINT "answers_import_id_imports_id_fk";
--> statement-breakpoint
ALTER TABLE "battles" DROP CONSTRAINT "battles_campaign_id_campaigns_id_fk";
--> statement-breakpoint
ALTER TABLE "battles" DROP CONSTRAINT "battles_prompt_id_prompts_id_fk";
--> statement-breakpoint
ALTER TABLE "battles" DROP CONSTRAINT "battles_model_a_models_id_fk";
--> statement-breakpoint
ALTER TABLE "battles" DROP CONSTRAINT "battles_model_b_models_id_fk";
--> statement-breakpoint
ALTER TABLE "battles" DROP CONSTRAINT "battles_answer_a_answers_id_fk";
--> statement-breakpoint
ALTER TABLE "battles" DROP CONSTRAINT "battles_answer_b_answers_id_fk";
--> statement-breakpoint
ALTER TABLE "battles" DROP CONSTRAINT "battles_rater_id_raters_id_fk";
--> statement-breakpoint
ALTER TABLE "battles" DROP CONSTRAINT "battles_import_id_imports_id_fk";
--> statement-breakpoint
ALTER TABLE "campaign_prompts" DROP CONSTRAINT "campaign_prompts_campaign_id_campaigns_id_fk";
--> statement-breakpoint
ALTER TABLE "campaign_prompts" DROP CONSTRAINT "campaign_prompts_prompt_id_prompts_id_fk";
--> statement-breakpoint
ALTER TABLE "campaign_prompts" DROP CONSTRAINT "campaign_prompts_import_id_imports_id_fk";
--> statement-breakpoint
ALTER TABLE "raters" DROP CONSTRAINT "raters_campaign_id_campaigns_id_fk";
--> statement-breakpoint
ALTER TABLE "verdicts" DROP CONSTRAINT "verdicts_campaign_id_campaigns_id_fk";
--> statement-breakpoint
ALTER TABLE "verdicts" DROP CONSTRAINT "verdicts_battle_id_battles_id_fk";
--> statement-breakpoint
ALTER TABLE "verdicts" DROP CONSTRAINT "verdicts_judge_id_judges_id_fk";
--> statement-breakpoint
ALTER TABLE "verdicts" DROP CONSTRAINT "verdicts_import_id_imports_id_fk";
--> statement-breakpoint
ALTER TABLE "votes" DROP CONSTRAINT "votes_campaign_id_campaigns_id_fk";
--> statement-breakpoint
ALTER TABLE "votes" DROP CONSTRAINT "votes_battle_id_battles_id_fk";
--> statement-breakpoint
ALTER TABLE "votes" DROP CONSTRAINT "votes_rater_id_raters_id_fk";
--> statement-breakpoint
ALTER TABLE "votes" DROP CONSTRAINT "votes_import_id_imports_id_fk";
--> statement-breakpoint
DROP INDEX "battles_key";--> statement-breakpoint
ALTER TABLE "verdicts" ALTER COLUMN "at" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "votes" ALTER COLUMN "rater_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "votes" ALTER COLUMN "idempotency_key" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "votes" ALTER COLUMN "at" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "votes" ALTER COLUMN "hash" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "answers" ADD COLUMN "seq" bigserial NOT NULL;--> statement-breakpoint
ALTER TABLE "answers" ADD COLUMN "blank" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "imports" ADD COLUMN "votes" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "imports" ADD COLUMN "verdicts" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "imports" ADD COLUMN "chain_seq" bigint;--> statement-breakpoint
ALTER TABLE "imports" ADD COLUMN "votes_digest" text;--> statement-breakpoint
ALTER TABLE "imports" ADD COLUMN "chain_hash" text;--> statement-breakpoint
ALTER TABLE "verdicts" ADD COLUMN "weight" double precision;--> statement-breakpoint
ALTER TABLE "verdicts" ADD COLUMN "source_id" text;--> statement-breakpoint
ALTER TABLE "verdicts" ADD COLUMN "identity" uuid;--> statement-breakpoint
ALTER TABLE "votes" ADD COLUMN "share_a" double precision;--> statement-breakpoint
ALTER TABLE "votes" ADD COLUMN "weight" double precision;--> statement-breakpoint
ALTER TABLE "votes" ADD COLUMN "source_id" text;--> statement-breakpoint
ALTER TABLE "votes" ADD COLUMN "identity" uuid;--> statement-breakpoint
CREATE UNIQUE INDEX "verdicts_once" ON "verdicts" USING btree ("judge_id","model","battle_id","slot_order","repeat") WHERE "verdicts"."import_id" is null;--> statement-breakpoint
CREATE INDEX "verdicts_import" ON "verdicts" USING btree ("import_id") WHERE "verdicts"."import_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "votes_once" ON "votes" USING btree ("battle_id","rater_id") WHERE "votes"."import_id" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "votes_idempotency" ON "votes" USING btree ("rater_id","idempotency_key") WHERE "votes"."import_id" is null;--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_once" UNIQUE("campaign_id","prompt_id","model_id","content_hash");--> statement-breakpoint
ALTER TABLE "votes" ADD CONSTRAINT "votes_chain" UNIQUE NULLS NOT DISTINCT("campaign_id","import_id","seq");--> statement-breakpoint
ALTER TABLE "votes" ADD CONSTRAINT "votes_live" CHECK (import_id is not null or (rater_id is not null and at is not null and idempotency_key is not null and hash is not null));--> statement-breakpoint
UPDATE "votes" SET "source_id" = "idempotency_key", "idempotency_key" = NULL WHERE "import_id" IS NOT NULL;--> statement-breakpoint
UPDATE "imports" i SET "votes" = (SELECT count(*) FROM "votes" v WHERE v."import_id" = i."id"), "verdicts" = (SELECT count(*) FROM "verdicts" d WHERE d."import_id" = i."id");--> statement-breakpoint
UPDATE "answers" SET "blank" = true WHERE NOT EXISTS (SELECT 1 FROM jsonb_array_elements_text("turns") AS t(turn) WHERE t.turn ~ '[^[:space:]]');
