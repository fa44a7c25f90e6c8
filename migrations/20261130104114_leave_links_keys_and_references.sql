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
ALTER TABLE "battles" DROP COLUMN "key";--> statement-breakpoint
ALTER TABLE "votes" DROP COLUMN "previous_hash";