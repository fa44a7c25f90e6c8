CREATE TABLE "drift_calls" (
	"set_id" uuid NOT NULL,
	"call_id" bigint NOT NULL,
	CONSTRAINT "drift_calls_set_id_call_id_pk" PRIMARY KEY("set_id","call_id")
);
--> statement-breakpoint
CREATE TABLE "drift_sets" (
	"id" uuid PRIMARY KEY NOT NULL,
	"campaign_id" uuid NOT NULL,
	"judge_id" uuid NOT NULL,
	"model" text NOT NULL,
	"provider_id" uuid NOT NULL,
	"config" jsonb NOT NULL,
	"prices" jsonb,
	"budget_usd" double precision,
	"seed" integer NOT NULL,
	"every_hours" integer,
	"next_at" timestamp with time zone,
	"failure" text,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "drift_sets_once" UNIQUE("campaign_id","judge_id","model","provider_id")
);
--> statement-breakpoint
ALTER TABLE "drift_calls" ADD CONSTRAINT "drift_calls_set_id_drift_sets_id_fk" FOREIGN KEY ("set_id") REFERENCES "public"."drift_sets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "drift_calls" ADD CONSTRAINT "drift_calls_call_id_calls_id_fk" FOREIGN KEY ("call_id") REFERENCES "public"."calls"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "drift_sets" ADD CONSTRAINT "drift_sets_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "drift_sets" ADD CONSTRAINT "drift_sets_judge_id_judges_id_fk" FOREIGN KEY ("judge_id") REFERENCES "public"."judges"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "drift_sets" ADD CONSTRAINT "drift_sets_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "drift_sets_due" ON "drift_sets" USING btree ("next_at") WHERE "drift_sets"."next_at" is not null;--> statement-breakpoint
CREATE INDEX "runs_drift" ON "runs" USING btree (("config" ->> 'set')) WHERE "runs"."kind" = 'drift';