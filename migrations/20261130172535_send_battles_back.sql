CREATE TABLE "sent_back" (
	"id" uuid PRIMARY KEY NOT NULL,
	"campaign_id" uuid NOT NULL,
	"battle_id" uuid NOT NULL,
	"prompt_id" uuid NOT NULL,
	"answer_a" uuid NOT NULL,
	"answer_b" uuid NOT NULL,
	"votes" integer NOT NULL,
	"by" text,
	"at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "battles" ADD COLUMN "draw_weight" double precision;--> statement-breakpoint
ALTER TABLE "sent_back" ADD CONSTRAINT "sent_back_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "sent_back_open" ON "sent_back" USING btree ("campaign_id","battle_id") WHERE "sent_back"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "sent_back_campaign" ON "sent_back" USING btree ("campaign_id");