CREATE TABLE "battle_groups" (
	"battle_id" uuid PRIMARY KEY NOT NULL,
	"campaign_id" uuid NOT NULL,
	"summary_id" uuid NOT NULL,
	"swapped" boolean NOT NULL
);
--> statement-breakpoint
CREATE TABLE "battle_summaries" (
	"campaign_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"prompt_id" uuid,
	"prompt_key" text,
	"category" text,
	"language" text,
	"turns" integer,
	"model_a" uuid NOT NULL,
	"model_b" uuid NOT NULL,
	"answer_a" uuid,
	"answer_b" uuid,
	"a" integer NOT NULL,
	"b" integer NOT NULL,
	"tie" integer NOT NULL,
	"both_bad" integer NOT NULL,
	"votes" integer NOT NULL,
	"outcome" text,
	"excluded" integer NOT NULL,
	"notes" integer NOT NULL,
	"drawn_at" timestamp with time zone NOT NULL,
	"last_vote" timestamp with time zone NOT NULL,
	CONSTRAINT "battle_summaries_campaign_id_id_pk" PRIMARY KEY("campaign_id","id")
);
--> statement-breakpoint
CREATE TABLE "battle_summary_states" (
	"campaign_id" uuid PRIMARY KEY NOT NULL,
	"basis" text NOT NULL,
	"settled" boolean NOT NULL,
	"facets" jsonb NOT NULL,
	"made_at" timestamp with time zone NOT NULL,
	"took_ms" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "battle_summary_verdicts" (
	"campaign_id" uuid NOT NULL,
	"judge_id" uuid NOT NULL,
	"model" text NOT NULL,
	"summary_id" uuid NOT NULL,
	"ab" text,
	"ba" text,
	"other" text,
	"decided" text NOT NULL,
	"agreement" text,
	CONSTRAINT "battle_summary_verdicts_campaign_id_judge_id_model_summary_id_pk" PRIMARY KEY("campaign_id","judge_id","model","summary_id")
);
--> statement-breakpoint
CREATE INDEX "battle_groups_summary" ON "battle_groups" USING btree ("campaign_id","summary_id");--> statement-breakpoint
CREATE INDEX "battle_summaries_last" ON "battle_summaries" USING btree ("campaign_id","last_vote","id");