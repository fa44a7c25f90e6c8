CREATE TABLE "answer_scores" (
	"id" uuid PRIMARY KEY NOT NULL,
	"campaign_id" uuid NOT NULL,
	"answer_id" uuid NOT NULL,
	"judge_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"reply_id" bigint,
	"parser" text NOT NULL,
	"model" text NOT NULL,
	"slot_order" text DEFAULT '' NOT NULL,
	"part" text DEFAULT '' NOT NULL,
	"repeat" integer DEFAULT 1 NOT NULL,
	"value" double precision,
	"unscored" text,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "answer_scores_once" UNIQUE("judge_id","model","answer_id","campaign_id","slot_order","part","repeat"),
	CONSTRAINT "answer_scores_one" CHECK (("answer_scores"."value" is null) <> ("answer_scores"."unscored" is null))
);
--> statement-breakpoint
CREATE TABLE "batches" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"run_id" uuid NOT NULL,
	"remote_id" text,
	"input_file" text,
	"state" text NOT NULL,
	"remote_state" text,
	"calls" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"checked_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "batch_id" bigint;--> statement-breakpoint
ALTER TABLE "judges" ADD COLUMN "version" integer;--> statement-breakpoint
ALTER TABLE "judges" ADD COLUMN "created_by" text;--> statement-breakpoint
ALTER TABLE "prompts" ADD COLUMN "material" jsonb;--> statement-breakpoint
ALTER TABLE "replies" ADD COLUMN "reasoning_tokens" integer;--> statement-breakpoint
ALTER TABLE "replies" ADD COLUMN "cost_estimated" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "prices" jsonb;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "standing" text DEFAULT 'counted' NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "standing_reason" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "standing_by" text;--> statement-breakpoint
ALTER TABLE "answer_scores" ADD CONSTRAINT "answer_scores_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "batches" ADD CONSTRAINT "batches_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "answer_scores_run" ON "answer_scores" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "batches_run" ON "batches" USING btree ("run_id");